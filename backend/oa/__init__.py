"""The official account's door (`/wechat/oa`), and the address where WeChat pushes for the mini-program (`/wechat/mp`).

A push is verified, opened, taken once however often WeChat repeats it, and answered in time whatever happens behind.
Owns the table `oa_receipts`.
"""

from backend.oa.door import furnish, register
from backend.oa.receipts import forget_receipts

__all__ = ["forget_receipts", "furnish", "register"]
