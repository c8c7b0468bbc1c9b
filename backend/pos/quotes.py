from backend import purchases
from backend.kit.calls import db, now, reads
from backend.kit.openapi import problems
from backend.kit.schema import Day, IdIn, Schema
from backend.pos.auth import resource, till
from backend.pos.payloads import Items, Number, PointsToUse, TierOut, tier_out

api = resource("quotes", scope="purchases")


class QuoteIn(Schema):
    """A basket before it is paid. With the `order_no` for which points are set aside, those are the ones to use."""

    member_id: IdIn | None = None
    items: Items
    points_to_use: PointsToUse | None = None
    order_no: Number | None = None


class WhyFewerOut(Schema):
    """Why not all points of the member may be used, by a stable code and in words."""

    code: str
    detail: str


class QuoteOut(Schema):
    """What the basket costs and earns now. A purchase that pays `payable_fen` for it gets these numbers.

    `points_fen` is what `points_used` pay, and is no part of `payable_fen`. `points_usable` is the most that may be
    used. The points that it earns can be used from `points_settle_on` (null: at once).
    """

    total_fen: int
    discount_fen: int
    payable_fen: int
    points_used: int
    points_fen: int
    points_usable: int
    points_fewer: WhyFewerOut | None
    points_earned: int
    points_settle_on: Day | None
    growth: int
    tier: TierOut | None
    tier_after: TierOut | None


@api.post("/quotes", responses={200: QuoteOut, **problems(404, 409)})
@reads
def quote(body: QuoteIn) -> QuoteOut:
    """What a basket would cost and earn now; writes nothing."""
    basket = purchases.Basket(
        lines=tuple(item.line() for item in body.items),
        member_id=body.member_id,
        points_to_use=body.points_to_use,
        order_no=body.order_no,
    )
    found = purchases.quote(db(), basket, store_id=till().store_id, now=now())
    fewer = found.why_fewer
    return QuoteOut(
        total_fen=found.total_fen,
        discount_fen=found.discount_fen,
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
