from typing import Self

from pydantic import model_validator

from backend import purchases, tiers
from backend.kit.calendar import shop_day
from backend.kit.calls import db, now
from backend.kit.idempotency import idempotent
from backend.kit.openapi import problems
from backend.kit.schema import Day, Fen, IdIn, IdText, Instant, Schema
from backend.pos.auth import resource, till
from backend.pos.payloads import CouponCodes, Items, Number, OrderPath, PointsToUse, TillTierOut, tier_out
from backend.pos.refunds import RefundOut, refund_out

api = resource("purchases", scope="purchases")


class PurchaseIn(Schema):
    """A finished sale. `order_no` is the till's own number, unique in its store.

    `paid_fen` is what was paid in money, beside what `points_to_use` pay and the coupons of `coupon_codes` take off.
    """

    order_no: Number
    member_id: IdIn | None = None
    paid_at: Instant
    items: Items
    total_fen: Fen
    paid_fen: Fen
    points_to_use: PointsToUse | None = None
    coupon_codes: CouponCodes | None = None

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len(set(self.coupon_codes or ())) < len(self.coupon_codes or ()):
            raise ValueError("a coupon is named twice")
        return self


class UsedCouponOut(Schema):
    """A coupon that was used, and what it took off."""

    code: str
    name: str
    discount_fen: int


class PurchaseOut(Schema):
    """What a sale was paid with and earned, and the member's tier and balance right after it (null without a member).

    The points that it earned can be used from `points_settle_on` (null: at once) and are in no balance before.
    """

    order_no: str
    member_id: IdText | None
    total_fen: int
    paid_fen: int
    coupon_fen: int
    coupons: list[UsedCouponOut]
    points_used: int
    points_fen: int
    points_earned: int
    points_settle_on: Day | None
    growth: int
    tier: TillTierOut | None
    points_balance: int | None
    recorded_at: Instant


class LineOut(Schema):
    """A line of a sale; `paid_fen`, `points_fen` and `points` are its shares of the money, of what points paid, and of
    the points earned, `coupon_fen` is what coupons took off it. `refunded_fen` counts both the money and the points.
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
    coupon_fen: int
    refunded_fen: int
    points: int


class RuleOut(Schema):
    """What became of a rule: it matched, was skipped by a condition, or was refused by a limit, in words.

    `wanted` points are without limits, `granted` were given, `kept` are left after refunds.
    """

    rule: str
    name: str
    outcome: str
    condition: str | None
    words: str
    wanted: int
    granted: int
    kept: int


class ExplanationOut(Schema):
    """Why a sale earned what it earned, rule by rule; empty where no rule was asked (without a member)."""

    order_no: str
    rules: list[RuleOut]


class PurchaseDetailOut(PurchaseOut):
    """All that is known of a sale."""

    paid_at: Instant
    refunded_fen: int
    items: list[LineOut]
    refunds: list[RefundOut]


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
        coupon_codes=frozenset(body.coupon_codes or ()) or None,
    )
    done = purchases.record(db(), receipt, store_id=till().store_id, now=now())
    return PurchaseOut(**_purchase(done.purchase, done.tier)), 201 if done.created else 200


@api.get("/purchases/<order_no>", responses={200: PurchaseDetailOut, **problems(404)})
def show(path: OrderPath) -> PurchaseDetailOut:
    """All that is known of a sale of this store."""
    found = purchases.detail(db(), store_id=till().store_id, order_no=path.order_no)
    return PurchaseDetailOut(
        **_purchase(found.purchase),
        paid_at=found.purchase.paid_at,
        refunded_fen=found.purchase.refunded_fen,
        items=[LineOut.model_validate(line) for line in found.lines],
        refunds=[refund_out(path.order_no, part.refund, part.restored) for part in found.refunds],
    )


@api.get("/purchases/<order_no>/explanation", responses={200: ExplanationOut, **problems(404)})
def explain(path: OrderPath) -> ExplanationOut:
    """Why a sale of this store earned its points: which rules matched, were skipped or refused, and by what."""
    found = purchases.explanation(db(), store_id=till().store_id, order_no=path.order_no)
    return ExplanationOut(
        order_no=path.order_no,
        rules=[
            RuleOut(
                rule=one.rule_code,
                name=one.name,
                outcome=one.outcome,
                condition=one.condition,
                words=one.words,
                wanted=one.wanted,
                granted=one.granted,
                kept=one.kept,
            )
            for one in found
        ],
    )


def _purchase(purchase: purchases.Purchase, tier: tiers.Tier | None = None) -> dict[str, object]:
    return {
        "order_no": purchase.order_no,
        "member_id": purchase.member_id,
        "total_fen": purchase.total_fen,
        "paid_fen": purchase.paid_fen,
        "coupon_fen": purchase.coupon_fen,
        "coupons": [UsedCouponOut.model_validate(one) for one in purchases.used_coupons(db(), purchase)],
        "points_used": purchase.points_used,
        "points_fen": purchase.points_fen,
        "points_earned": purchase.points_earned,
        "points_settle_on": shop_day(purchase.settles_at) if purchase.settles_at else None,
        "growth": purchase.growth_earned,
        "tier": tier_out(tier or purchase.tier_code),
        "points_balance": purchase.balance_after,
        "recorded_at": purchase.recorded_at,
    }
