"""What tills send and get, as far as several calls share it."""

from typing import Annotated

from flask import g
from pydantic import Field

from backend import purchases, tiers
from backend.kit.calls import db, now
from backend.kit.schema import Fen, Schema

MOST_LINES = 500
CONTROL_FREE = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]+$"


# starts like this and holds no slash, so that it can stand in a path as it is
Number = Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z._-]{0,63}$")]
Text64 = Annotated[str, Field(max_length=64, pattern=CONTROL_FREE)]
Text128 = Annotated[str, Field(max_length=128, pattern=CONTROL_FREE)]
Quantity = Annotated[int, Field(strict=True, ge=1, le=1_000_000)]
PaidFen = Annotated[Fen, Field(gt=0)]
CounterCode = Annotated[str, Field(pattern=r"^[0-9A-Za-z._-]{1,20}$")]
PointsToUse = Annotated[int, Field(strict=True, ge=0, le=10**9)]
CouponCode = Annotated[str, Field(pattern=r"^[0-9]{16}$")]
ShownCode = Annotated[str, Field(pattern=r"^([0-9]{16}|[0-9]{26})$")]
CouponCodes = Annotated[list[CouponCode], Field(max_length=20)]
LineNo = Annotated[int, Field(strict=True, ge=1, le=MOST_LINES)]


class ItemIn(Schema):
    """One line of a receipt; `amount_fen` is for all of `qty`. Weighed goods are sent with qty 1.

    `counter`, `brand` and `category` are what rules for points may ask for.
    """

    sku: Text64
    name: Text128
    category: Text64 | None = None
    brand: Text64 | None = None
    counter: CounterCode | None = None
    qty: Quantity
    amount_fen: Fen

    def line(self) -> purchases.Line:
        return purchases.Line(**self.model_dump())


Items = Annotated[list[ItemIn], Field(min_length=1, max_length=MOST_LINES)]


class OrderPath(Schema):
    """The order that a call is about."""

    order_no: Number


class TillTierOut(Schema):
    """A member's tier."""

    code: str
    name: str


def tier_out(tier: tiers.Tier | str | None) -> TillTierOut | None:
    """A tier, or the tier with a code, as a till may see it; None where there was no member."""
    found = _tier_of(tier) if isinstance(tier, str) else tier
    return TillTierOut.model_validate(found) if found else None


def _tier_of(code: str) -> tiers.Tier:
    """The tiers in force are read once in a call, however many are shown; others are looked for in older books."""
    if "tiers" not in g:
        g.tiers = {tier.code: tier for tier in tiers.tiers_now(db(), now=now())}
    return g.tiers.get(code) or tiers.tier_of(db(), code, now=now())
