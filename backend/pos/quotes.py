from typing import Annotated, Self

from pydantic import Field, model_validator

from backend import coupons, purchases
from backend.kit.calls import db, now, reads
from backend.kit.openapi import problems
from backend.kit.schema import Day, IdIn, Schema
from backend.pos.auth import resource, till
from backend.pos.payloads import Items, Number, PointsToUse, ShownCode, TillTierOut, tier_out
from backend.runtime import runtime

api = resource("quotes", scope="purchases")


class QuoteIn(Schema):
    """A basket before it is paid. With the `order_no` for which points or coupons are kept, those are to be used.

    `coupon_codes` (16 digits, or the 26 that a phone shows) are the coupons that are wanted; with `auto_coupons` those
    of the member that serve best are chosen.
    """

    member_id: IdIn | None = None
    items: Items
    points_to_use: PointsToUse | None = None
    order_no: Number | None = None
    coupon_codes: Annotated[list[ShownCode], Field(max_length=20)] | None = None
    auto_coupons: bool = False

    @model_validator(mode="after")
    def _told_or_chosen(self) -> Self:
        if self.coupon_codes and self.auto_coupons:
            raise ValueError("not both of coupon_codes and auto_coupons")
        return self


class WhyFewerOut(Schema):
    """Why not all points of the member may be used, by a stable code and in words."""

    code: str
    detail: str


class LineShareOut(Schema):
    """What a coupon takes off one line."""

    line_no: int
    discount_fen: int


class UsedOut(Schema):
    """A coupon that is used, what it takes off, and off which lines."""

    code: str
    name: str
    discount_fen: int
    lines: list[LineShareOut]


class RefusedOut(Schema):
    """A coupon that is not used, why, and by how much the goods are too few where that is why."""

    code: str
    name: str | None
    reason_code: str
    detail: str
    missing_fen: int | None


class QuoteOut(Schema):
    """What the basket costs and earns now. A purchase that pays `payable_fen` for it, with the `code` of each of the
    `coupons`, gets these numbers; one with a refused coupon is refused by its `reason_code`.

    `discount_fen` is what the member's price takes off, which some coupons exclude; `coupon_fen` what the coupons do.
    `points_fen` is what `points_used` pay, and is no part of `payable_fen`. `points_usable` is the most that may be
    used. The points that it earns can be used from `points_settle_on` (null: at once).
    """

    total_fen: int
    discount_fen: int
    coupon_fen: int
    coupons: list[UsedOut]
    coupons_refused: list[RefusedOut]
    payable_fen: int
    points_used: int
    points_fen: int
    points_usable: int
    points_fewer: WhyFewerOut | None
    points_earned: int
    points_settle_on: Day | None
    growth: int
    tier: TillTierOut | None
    tier_after: TillTierOut | None


@api.post("/quotes", responses={200: QuoteOut, **problems(404, 409)})
@reads
def quote(body: QuoteIn) -> QuoteOut:
    """What a basket would cost and earn now; writes nothing."""
    basket = purchases.Basket(
        lines=tuple(item.line() for item in body.items),
        member_id=body.member_id,
        points_to_use=body.points_to_use,
        order_no=body.order_no,
        coupon_codes=None if body.auto_coupons else tuple(_own_code(code) for code in body.coupon_codes or ()),
    )
    found = purchases.quote(db(), basket, store_id=till().store_id, now=now())
    fewer = found.why_fewer
    return QuoteOut(
        total_fen=found.total_fen,
        discount_fen=found.discount_fen,
        coupon_fen=found.choice.priced.coupon_fen,
        coupons=[_used(use) for use in found.choice.priced.uses],
        coupons_refused=[_refused(one) for one in found.choice.refused],
        payable_fen=found.payable_fen,
        points_used=found.points_used,
        points_fen=found.points_fen,
        points_usable=found.points_usable,
        points_fewer=WhyFewerOut(code=fewer.code, detail=fewer.detail) if fewer else None,
        points_earned=found.points,
        points_settle_on=found.settles_on,
        growth=found.growth,
        tier=tier_out(found.tier),
        tier_after=tier_out(found.tier_after),
    )


def _own_code(code: str) -> str:
    """The coupon's own digits for what a phone shows; what leads to none stays as it is, and is told to be unknown."""
    try:
        return coupons.coupon_shown(db(), code, key=runtime().keys.card_codes, at=now()).code
    except coupons.CouponUnknown:
        return code


def _used(use: coupons.Use) -> UsedOut:
    lines = [LineShareOut(line_no=no, discount_fen=fen) for no, fen in enumerate(use.shares, start=1) if fen]
    return UsedOut(code=use.ticket.code, name=use.ticket.name, discount_fen=use.discount_fen, lines=lines)


def _refused(one: coupons.Refused) -> RefusedOut:
    missing = one.why.details.get("missing_fen")
    return RefusedOut(
        code=one.code,
        name=one.ticket.name if one.ticket else None,
        reason_code=one.why.code,
        detail=one.why.detail,
        missing_fen=missing if isinstance(missing, int) else None,
    )
