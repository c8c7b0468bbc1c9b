from collections.abc import Sequence
from datetime import date
from typing import Annotated

from pydantic import Field
from sqlalchemy.orm import Session

from backend import members, payments, plans
from backend.kit.calls import db, now, without_transaction
from backend.kit.db import run
from backend.kit.idempotency import idempotent
from backend.kit.openapi import problems
from backend.kit.paging import decode_int_cursor, encode_cursor
from backend.kit.schema import Day, Instant, PageQuery, Schema
from backend.runtime import runtime
from miniprogram_api.auth import resource, signed_in_identity, signed_in_member

api = resource("plans")


class PlanPath(Schema):
    code: Annotated[str, Field(max_length=32)]


class OrderPath(Schema):
    no: Annotated[str, Field(max_length=20)]


class PlanOut(Schema):
    """A membership that can be bought, for `months` or `days`. `benefits` are codes. Bought now, it would begin on
    `would_begin_on` and be good through `would_end_on`: it follows on what I have of its family.
    """

    code: str
    family: str
    name: str
    intro: str
    price_fen: int
    months: int | None
    days: int | None
    benefits: list[str]
    would_begin_on: Day
    would_end_on: Day


class MembershipOut(Schema):
    """What I have paid for: good now (`active`), or later on, through `last_on`."""

    order_no: str
    plan: str
    family: str
    name: str
    active: bool
    starts_at: Instant
    last_on: Day


class PlansOut(Schema):
    """What is sold, what I have, and whether it can be paid here (else at the till)."""

    items: list[PlanOut]
    mine: list[MembershipOut]
    payable: bool


class PlanOrderOut(Schema):
    """An order of a membership: to be paid until `pay_by`; once paid, good through `last_on`. `refund_fen` is what went
    back, or is on its way back while it is `refunding`.
    """

    no: str
    plan: str
    name: str
    price_fen: int
    method: plans.Method
    status: plans.OrderStatus
    placed_at: Instant
    pay_by: Instant
    paid_at: Instant | None
    starts_at: Instant | None
    last_on: Day | None
    refund_fen: int | None
    refunded_at: Instant | None


class PlanOrdersOut(Schema):
    """A page of my orders, newest first."""

    items: list[PlanOrderOut]
    next_cursor: str | None


class PaymentOut(Schema):
    """What `wx.requestPayment` is called with. Whether it was paid, the order tells: ask for it afterwards."""

    timeStamp: str  # noqa: N815  WeChat's own names
    nonceStr: str  # noqa: N815  WeChat's own name
    package: str
    signType: str  # noqa: N815  WeChat's own name
    paySign: str  # noqa: N815  WeChat's own name


@api.get("/plans", responses={200: PlansOut})
def catalogue() -> PlansOut:
    """Memberships that are sold, and mine."""
    member_id = signed_in_member()
    _, book = plans.live(db(), now=now())
    mine = plans.memberships(db(), member_id, now=now())
    return PlansOut(
        items=[_plan(plan, mine) for plan in book.plans if plan.on_sale],
        mine=[_membership(order) for order in mine],
        payable=runtime().pay is not None,
    )


@api.post(
    "/plans/<code>/orders",
    responses={201: PlanOrderOut} | problems(404, 409, 422),
    openapi_extensions={"x-idempotent": True},
)
@idempotent
def order(path: PlanPath) -> tuple[PlanOrderOut, int]:
    """Order a membership; then ask for its payment. While an order of the same plan waits it is that one again."""
    member_id = signed_in_member()
    if runtime().pay is None:
        raise payments.PayOff
    return _out(plans.place(db(), member_id, path.code, rng=runtime().rng, now=now())), 201


@api.post("/plans/orders/<no>/payment", responses={200: PaymentOut} | problems(404, 409))
@without_transaction
def pay(path: OrderPath) -> PaymentOut:
    """What the phone needs to pay an order. It may be asked for again; the order is paid once."""
    part, at, identity_id = runtime(), now(), signed_in_identity()
    if part.pay is None:
        raise payments.PayOff

    def ask(session: Session) -> tuple[str, str]:
        member = members.active_member(members.of_identity(session, identity_id))
        found = plans.order(session, path.no, member_id=member.id)
        payment = payments.for_purpose(session, plans.PURPOSE, str(found.id))
        return payment.out_trade_no, session.get_one(members.Identity, identity_id).openid

    out_trade_no, openid = run(part.sessions.read, ask)
    asked = payments.prepay(part.sessions, part.pay, out_trade_no, openid=openid, rng=part.rng, now=at)
    return PaymentOut(
        timeStamp=asked.time_stamp,
        nonceStr=asked.nonce,
        package=asked.package,
        signType=asked.sign_type,
        paySign=asked.pay_sign,
    )


@api.get("/plans/orders", responses={200: PlanOrdersOut} | problems(400))
def orders(query: PageQuery) -> PlanOrdersOut:
    """My orders."""
    member_id, before = signed_in_member(), decode_int_cursor(query.cursor)
    found = plans.orders(db(), member_id, before_id=before, limit=query.limit + 1)
    page = found[: query.limit]
    return PlanOrdersOut(
        items=[_out(one) for one in page],
        next_cursor=encode_cursor(page[-1].id) if len(found) > len(page) else None,
    )


@api.get("/plans/orders/<no>", responses={200: PlanOrderOut} | problems(404))
def show(path: OrderPath) -> PlanOrderOut:
    """One of my orders."""
    return _out(plans.order(db(), path.no, member_id=signed_in_member()))


@api.post(
    "/plans/orders/<no>/cancel",
    responses={200: PlanOrderOut} | problems(404, 409, 422),
    openapi_extensions={"x-idempotent": True},
)
@idempotent
def cancel(path: OrderPath) -> PlanOrderOut:
    """Give up an order that is not paid; what is paid for it all the same goes back. Again, it answers the same."""
    return _out(plans.cancel(db(), signed_in_member(), path.no, now=now()))


def _plan(plan: plans.Plan, mine: Sequence[plans.PlanOrder]) -> PlanOut:
    begin, end = plans.would_be(plan, mine, now=now())
    known = plan.model_dump(include={"code", "family", "name", "intro", "price_fen", "months", "days"})
    return PlanOut(**known, benefits=list(plan.benefits), would_begin_on=begin, would_end_on=end)


def _membership(order: plans.PlanOrder) -> MembershipOut:
    return MembershipOut(
        order_no=order.no,
        plan=order.plan_code,
        family=order.family,
        name=order.plan.name,
        active=order.is_good_at(now()),
        starts_at=order.starts_at or order.placed_at,
        last_on=order.last_on or date.min,
    )


def _out(order: plans.PlanOrder) -> PlanOrderOut:
    return PlanOrderOut(
        no=order.no,
        plan=order.plan_code,
        name=order.plan.name,
        price_fen=order.price_fen,
        method=order.method,
        status=order.status,
        placed_at=order.placed_at,
        pay_by=order.pay_by,
        paid_at=order.paid_at,
        starts_at=order.starts_at,
        last_on=order.last_on,
        refund_fen=order.refund_fen,
        refunded_at=order.refunded_at,
    )
