"""Coupons: what kinds there are and what they say, who has one, and where it was used.

Owns the tables `coupon_*` and `coupons`. Money is fen. Locks are always taken in the order account, coupon, template.
"""

from backend.coupons.definition import Definition, parsed
from backend.coupons.models import Coupon, CouponStatus, Redemption, Template, TemplateDay, TemplateVersion
from backend.coupons.ways import CodeBatch, Gift, Handout, HandoutRow, Refusal

__all__ = [
    "CodeBatch",
    "Coupon",
    "CouponStatus",
    "Definition",
    "Gift",
    "Handout",
    "HandoutRow",
    "Redemption",
    "Refusal",
    "Template",
    "TemplateDay",
    "TemplateVersion",
    "parsed",
]
