from typing import Annotated

from pydantic import Field

from backend import mall
from backend.kit.calls import db, now
from backend.kit.idempotency import idempotent
from backend.kit.openapi import problems
from backend.kit.schema import Instant, Schema
from backend.pos.auth import limit_misses, resource, till

api = resource("mall", scope="mall")
limit_misses(api, "pick-up-miss")


class PickUpIn(Schema):
    """The code that the member shows."""

    code: Annotated[str, Field(pattern=r"^[0-9A-Za-z]{4,20}$")]


class OrderPath(Schema):
    order_no: Annotated[str, Field(max_length=20)]


class ReturnIn(Schema):
    """Whether the goods are fit to go back into stock; else they are written off."""

    restock: bool


class LineOut(Schema):
    """So many of an item."""

    item_title: str
    quantity: int


class HandedOut(Schema):
    """What to hand over, or what came back; coupons, which the member has already, are left out."""

    order_no: str
    title: str
    items: list[LineOut]
    status: mall.OrderStatus
    picked_up_at: Instant | None
    closed_at: Instant | None


@api.post(
    "/mall/orders/pick-up",
    responses={200: HandedOut, **problems(404, 409, 429)},
    openapi_extensions={"x-idempotent": True},
)
@idempotent
def pick_up(body: PickUpIn) -> HandedOut:
    """Hand over an exchange at the store it was ordered to. It works once; a repeat is answered the same."""
    return _out(mall.pick_up(db(), code=body.code, store_id=till().store_id, now=now()))


@api.post(
    "/mall/orders/<order_no>/pick-up/undo",
    responses={200: HandedOut, **problems(404, 409, 429)},
    openapi_extensions={"x-idempotent": True},
)
@idempotent
def undo_pick_up(path: OrderPath) -> HandedOut:
    """Take back a hand-over of today that was a mistake: the order waits as before, for the same code."""
    return _out(mall.undo_pick_up(db(), path.order_no, store_id=till().store_id, now=now()))


@api.post(
    "/mall/orders/<order_no>/return",
    responses={200: HandedOut, **problems(404, 409, 429)},
    openapi_extensions={"x-idempotent": True},
)
@idempotent
def take_back(path: OrderPath, body: ReturnIn) -> HandedOut:
    """Take back what was handed over: the points come back. It works once; a repeat is answered the same."""
    return _out(mall.take_back(db(), path.order_no, restock=body.restock, store_id=till().store_id, now=now()))


def _out(order: mall.Order) -> HandedOut:
    return HandedOut(
        order_no=order.no,
        title=order.title,
        items=[LineOut.model_validate(line) for line in order.lines if line.kind not in mall.AT_ONCE],
        status=order.status,
        picked_up_at=order.received_at,
        closed_at=order.closed_at,
    )
