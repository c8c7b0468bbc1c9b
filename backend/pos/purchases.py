from backend import purchases
from backend.kit.calendar import shop_day
from backend.kit.calls import db, now, reads
from backend.kit.idempotency import idempotent
from backend.kit.openapi import problems
from backend.kit.schema import Day, Fen, IdIn, IdText, Instant, Schema
from backend.pos.auth import resource, till
from backend.pos.payloads import Items, Number, OrderPath, PointsToUse, TierOut, tier_out
from backend.pos.refunds import RefundOut, refund_out

api = resource("purchases", scope="purchases")


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


class PurchaseIn(Schema):
    """A finished sale. `order_no` is the till's own number, unique in its store.

    `paid_fen` is what was paid in money, beside what `points_to_use` pay.
    """

    order_no: Number
    member_id: IdIn | None = None
    paid_at: Instant
    items: Items
    total_fen: Fen
    paid_fen: Fen
    points_to_use: PointsToUse | None = None


class PurchaseOut(Schema):
    """What a sale was paid with and earned, and the member's tier and balance right after it (null without a member).

    The points that it earned can be used from `points_settle_on` (null: at once) and are in no balance before.
    """

    order_no: str
    member_id: IdText | None
    total_fen: int
    paid_fen: int
    points_used: int
    points_fen: int
    points_earned: int
    points_settle_on: Day | None
    growth: int
    tier: TierOut | None
    points_balance: int | None
    recorded_at: Instant


class LineOut(Schema):
    """A line of a sale; `paid_fen`, `points_fen` and `points` are its shares of the money, of what points paid, and of
    the points earned. `refunded_fen` counts both the money and the points.
    """

    line_no: int
    sku: str
    name: str
    category: str | None
    brand: str | None
    counter: str | None
    qty: int
    amount_fen: int
    paid_fen: int
    points_fen: int
    refunded_fen: int
    points: int


class PurchaseDetailOut(PurchaseOut):
    """All that is known of a sale."""

    paid_at: Instant
    refunded_fen: int
    items: list[LineOut]
    refunds: list[RefundOut]


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


@api.post(
    "/purchases",
    responses={201: PurchaseOut, 200: PurchaseOut, **problems(404, 409)},
    openapi_extensions={"x-idempotent": True},
)
@idempotent
def record(body: PurchaseIn) -> tuple[PurchaseOut, int]:
    """Report a finished sale. The same order number again: 200 and the same reply; with other content 409."""
    receipt = purchases.Receipt(
        order_no=body.order_no,
        paid_at=body.paid_at,
        lines=tuple(item.line() for item in body.items),
        total_fen=body.total_fen,
        paid_fen=body.paid_fen,
        member_id=body.member_id,
        points_to_use=body.points_to_use or None,  # none is the same content as 0
    )
    done = purchases.record(db(), receipt, store_id=till().store_id, now=now())
    return PurchaseOut(**_purchase(done.purchase)), 201 if done.created else 200


@api.get("/purchases/<order_no>", responses={200: PurchaseDetailOut, **problems(404)})
def show(path: OrderPath) -> PurchaseDetailOut:
    """All that is known of a sale of this store."""
    found = purchases.detail(db(), store_id=till().store_id, order_no=path.order_no)
    return PurchaseDetailOut(
        **_purchase(found.purchase),
        paid_at=found.purchase.paid_at,
        refunded_fen=found.purchase.refunded_fen,
        items=[LineOut.model_validate(line) for line in found.lines],
        refunds=[refund_out(path.order_no, part.refund) for part in found.refunds],
    )


def _purchase(purchase: purchases.Purchase) -> dict[str, object]:
    return {
        "order_no": purchase.order_no,
        "member_id": purchase.member_id,
        "total_fen": purchase.total_fen,
        "paid_fen": purchase.paid_fen,
        "points_used": purchase.points_used,
        "points_fen": purchase.points_fen,
        "points_earned": purchase.points_earned,
        "points_settle_on": shop_day(purchase.settles_at) if purchase.settles_at else None,
        "growth": purchase.growth_earned,
        "tier": tier_out(purchase.tier_code),
        "points_balance": purchase.balance_after,
        "recorded_at": purchase.recorded_at,
    }
