from typing import Annotated, Literal

from pydantic import Field

from backend import plans
from backend.kit.calls import db, now
from backend.kit.idempotency import idempotent
from backend.kit.openapi import problems
from backend.kit.schema import Day, Fen, IdIn, IdText, Instant, Schema
from backend.pos.auth import limit_misses, resource, till
from backend.pos.payloads import Number
from backend.runtime import runtime

api = resource("plans", scope="plans")
limit_misses(api, "pick-up-miss")

Reason = Annotated[str, Field(min_length=1, max_length=80)]


class SaleIn(Schema):
    """A membership that was paid here. `order_no` is the till's own number, unique in its store."""

    order_no: Number
    member_id: IdIn
    plan: Annotated[str, Field(pattern=r"^[0-9a-z][0-9a-z-]{0,31}$")]
    paid_fen: Fen
    method: Literal["cash", "card", "alipay", "other"]


class PlanRefundIn(Schema):
    """Why, and how much the member was told would come back: exactly what the quote says."""

    refund_fen: Fen
    reason: Reason


class NoPath(Schema):
    no: Annotated[str, Field(max_length=20)]


class PlanOnSaleOut(Schema):
    """A membership that is sold."""

    code: str
    name: str
    price_fen: int
    months: int | None
    days: int | None


class PlansOnSaleOut(Schema):
    """All that are sold."""

    items: list[PlanOnSaleOut]


class SoldPlanOut(Schema):
    """A membership by our number `no`. What is `refunding` by wechat goes back by itself: hand nothing out."""

    no: str
    member_id: IdText
    plan: str
    name: str
    price_fen: int
    method: plans.Method
    status: plans.OrderStatus
    starts_at: Instant | None
    last_on: Day | None
    refund_fen: int | None


class PlanQuoteOut(Schema):
    """What would come back: for the days that have not begun, less the worth of what was used; `whole` is the price.

    By wechat it goes back by itself; else it is handed out here.
    """

    no: str
    refund_fen: int
    days: int
    unused_days: int
    used_fen: int
    whole: bool
    method: plans.Method


@api.get("/plans", responses={200: PlansOnSaleOut, **problems(429)})
def catalogue() -> PlansOnSaleOut:
    """Memberships that are sold."""
    _, book = plans.live(db(), now=now())
    shown = {"code", "name", "price_fen", "months", "days"}
    return PlansOnSaleOut(
        items=[PlanOnSaleOut(**plan.model_dump(include=shown)) for plan in book.plans if plan.on_sale]
    )


@api.post(
    "/plans/orders",
    responses={201: SoldPlanOut, 200: SoldPlanOut, **problems(404, 409, 429)},
    openapi_extensions={"x-idempotent": True},
)
@idempotent
def sell(body: SaleIn) -> tuple[SoldPlanOut, int]:
    """Report a membership that was paid. The same order number again: 200 and the same; with other content 409."""
    sale = plans.Sale(body.order_no, body.member_id, body.plan, body.paid_fen, body.method)
    order, new = plans.sell(db(), sale, store_id=till().store_id, rng=runtime().rng, now=now())
    return _out(order), 201 if new else 200


@api.get("/plans/orders/<no>/refund", responses={200: PlanQuoteOut, **problems(404, 409, 429)})
def quote(path: NoPath) -> PlanQuoteOut:
    """What would come back of a membership now. Writes nothing."""
    order, back = plans.quote_refund(db(), path.no, now=now())
    return PlanQuoteOut(
        no=order.no,
        refund_fen=back.fen,
        days=back.days,
        unused_days=back.unused_days,
        used_fen=back.used_fen,
        whole=back.whole,
        method=order.method,
    )


@api.post(
    "/plans/orders/<no>/refund",
    responses={200: SoldPlanOut, **problems(404, 409, 429)},
    openapi_extensions={"x-idempotent": True},
)
@idempotent
def refund(path: NoPath, body: PlanRefundIn) -> SoldPlanOut:
    """End a membership and give back what was agreed on. It works once; a repeat is answered the same."""
    wish = plans.Wish(f"till:{till().id}", body.reason, body.refund_fen)
    return _out(plans.refund(db(), path.no, wish, rng=runtime().rng, now=now()))


def _out(order: plans.PlanOrder) -> SoldPlanOut:
    return SoldPlanOut(
        no=order.no,
        member_id=order.member_id,
        plan=order.plan_code,
        name=order.plan.name,
        price_fen=order.price_fen,
        method=order.method,
        status=order.status,
        starts_at=order.starts_at,
        last_on=order.last_on,
        refund_fen=order.refund_fen,
    )
