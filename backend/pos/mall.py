from typing import Annotated

from pydantic import Field

from backend import mall
from backend.kit.calls import db, now
from backend.kit.idempotency import idempotent
from backend.kit.openapi import problems
from backend.kit.schema import Instant, Schema
from backend.pos.auth import limit_misses, resource, till

MOST_FEN = 10**12  # of an order of the mall

api = resource("mall", scope="mall")
limit_misses(api, "pick-up-miss")


class PickUpCodeIn(Schema):
    """The code that the member shows."""

    code: Annotated[str, Field(pattern=r"^[0-9A-Za-z]{4,20}$")]


class PickUpIn(PickUpCodeIn):
    """The code that the member shows, and the money that was taken for it: exactly what is due."""

    paid_fen: Annotated[int, Field(strict=True, ge=0, le=MOST_FEN)] = 0


class OrderPath(Schema):
    order_no: Annotated[str, Field(max_length=20)]


class ReturnIn(Schema):
    """Whether the goods are fit to go back into stock; else they are written off."""

    restock: bool


class PickedUpLineOut(Schema):
    """So many of an item."""

    item_title: str
    quantity: int


class HandedOut(Schema):
    """What to hand over, or what came back; coupons, which the member has already, are left out. `money_fen` is what
    it costs besides points: handed back with the goods, and after a hand-over that was undone.
    """

    order_no: str
    title: str
    items: list[PickedUpLineOut]
    status: mall.OrderStatus
    money_fen: int
    picked_up_at: Instant | None
    closed_at: Instant | None


class AtCounterOut(HandedOut):
    """What a code stands for before it is handed over: `due_fen` is to be taken first, `rest_points` the member still
    has to have. Of a pre-order nothing is handed over before `pick_up_from`.
    """

    due_fen: int
    rest_points: int
    pick_up_from: Instant | None
    pick_up_by: Instant | None


@api.post("/mall/orders/lookup", responses={200: AtCounterOut, **problems(404, 409, 429)})
def look_up(body: PickUpCodeIn) -> AtCounterOut:
    """Look at an exchange before it is handed over: what it is, and what is to be paid. Writes nothing."""
    order = mall.at_counter(db(), code=body.code, store_id=till().store_id, now=now())
    return AtCounterOut(
        **_out(order).model_dump(),
        due_fen=mall.due_fen(db(), order),
        rest_points=order.rest_points if order.received_at is None else 0,
        pick_up_from=order.pick_up_from,
        pick_up_by=order.pick_up_by,
    )


@api.post(
    "/mall/orders/pick-up",
    responses={200: HandedOut, **problems(404, 409, 429)},
    openapi_extensions={"x-idempotent": True},
)
@idempotent
def pick_up(body: PickUpIn) -> HandedOut:
    """Hand over an exchange at the store it was ordered to, once what is due was taken. It works once; a repeat is
    answered the same.
    """
    done = mall.pick_up(db(), code=body.code, store_id=till().store_id, paid_fen=body.paid_fen, now=now())
    return _out(done)


@api.post(
    "/mall/orders/<order_no>/pick-up/undo",
    responses={200: HandedOut, **problems(404, 409, 429)},
    openapi_extensions={"x-idempotent": True},
)
@idempotent
def undo_pick_up(path: OrderPath) -> HandedOut:
    """Take back a hand-over of today that was a mistake: the order waits as before, for the same code. Money that was
    taken is handed back.
    """
    return _out(mall.undo_pick_up(db(), path.order_no, store_id=till().store_id, now=now()))


@api.post(
    "/mall/orders/<order_no>/return",
    responses={200: HandedOut, **problems(404, 409, 429)},
    openapi_extensions={"x-idempotent": True},
)
@idempotent
def take_back(path: OrderPath, body: ReturnIn) -> HandedOut:
    """Take back what was handed over: points and money come back. It works once; a repeat is answered the same."""
    return _out(mall.take_back(db(), path.order_no, restock=body.restock, store_id=till().store_id, now=now()))


def _out(order: mall.Order) -> HandedOut:
    return HandedOut(
        order_no=order.no,
        title=order.title,
        items=[PickedUpLineOut.model_validate(line) for line in order.lines if line.kind not in mall.AT_ONCE],
        status=order.status,
        money_fen=order.money_fen,
        picked_up_at=order.received_at,
        closed_at=order.closed_at,
    )
