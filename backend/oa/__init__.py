"""The official account's door (`/wechat/oa`), and the address where WeChat pushes for the mini-program (`/wechat/mp`).

A push is verified, opened, taken once however often WeChat repeats it, and answered in time whatever happens behind.
Owns the table `oa_receipts`.
"""

from pathlib import Path
from typing import Final

from backend.oa.door import furnish, register
from backend.oa.menus import Button, MenuRefused, read_menu
from backend.oa.receipts import forget_receipts

DEFAULT_MENU: Final = Path(__file__).with_name("menu.toml")

__all__ = ["DEFAULT_MENU", "Button", "MenuRefused", "forget_receipts", "furnish", "read_menu", "register"]
