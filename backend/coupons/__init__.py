"""Coupons: what kinds there are and what they say, who has one, and where it was used.

Owns the tables `coupon_*` and `coupons`. Money is fen. Locks are always taken in the order account, coupon, template.
"""

from backend.coupons.definition import Definition, parsed
from backend.coupons.models import Coupon, Redemption, Template, TemplateDay, TemplateVersion

__all__ = [
    "Coupon",
    "Definition",
    "Redemption",
    "Template",
    "TemplateDay",
    "TemplateVersion",
    "parsed",
]
