from typing import Annotated

from pydantic import Field

from backend import mall, stores
from backend.kit.calls import db, now
from backend.kit.idempotency import idempotent
from backend.kit.openapi import problems
from backend.kit.paging import decode_int_cursor, encode_cursor
from backend.kit.schema import IdText, Instant, PageQuery, Schema
from backend.runtime import runtime
from miniprogram_api.auth import resource, signed_in_member

api = resource("mall-orders")

Quantity = Annotated[int, Field(strict=True, ge=1, le=mall.MOST_PIECES)]


class OrderPath(Schema):
    no: Annotated[str, Field(max_length=20)]


class StoreOut(Schema):
    """The store where an order is picked up."""

    id: IdText
    name: str


class WishIn(Schema):
    """So many of an item."""

    item_id: IdText
    quantity: Quantity


class OrderIn(Schema):
    """What to exchange points for, all or nothing, and the store to pick it up at. An item named twice is added up."""

    items: Annotated[list[WishIn], Field(min_length=1, max_length=mall.MOST_ITEMS)]
    store_id: IdText


class LineOut(Schema):
    """So many of an item, for `points` together. Coupons are with me since `delivered_at`, null for all else."""

    item_id: IdText
    item_title: str
    kind: mall.Kind
    quantity: int
    points: int
    delivered_at: Instant | None
    coupon_ids: list[IdText]


class OrderOut(Schema):
    """An exchange. While it is placed, prepared or ready, the goods are handed over for `pickup_code` until
    `pick_up_by`; the code is null where all was given at once. `reason` is what the shop said when it refused the
    order or a return.
    """

    no: str
    title: str
    items: list[LineOut]
    points: int
    store: StoreOut
    status: mall.OrderStatus
    pickup_code: str | None
    placed_at: Instant
    pick_up_by: Instant
    received_at: Instant | None
    bring_back_by: Instant | None
    return_asked_at: Instant | None
    closed_at: Instant | None
    reason: str | None


class OrdersOut(Schema):
    """A page of my orders, newest first."""

    items: list[OrderOut]
    next_cursor: str | None


@api.post(
    "/mall/orders", responses={201: OrderOut} | problems(404, 409, 422), openapi_extensions={"x-idempotent": True}
)
@idempotent
def exchange(body: OrderIn) -> tuple[OrderOut, int]:
    """Exchange points for one or several items, all or nothing. Coupons are granted at once; an order of nothing else
    is completed with that, and one with goods as well waits for these.
    """
    wishes: dict[int, int] = {}
    for wish in body.items:
        wishes[wish.item_id] = wishes.get(wish.item_id, 0) + wish.quantity
    made = mall.exchange(db(), signed_in_member(), wishes, store_id=body.store_id, rng=runtime().rng, now=now())
    return _out(made), 201


@api.get("/mall/orders", responses={200: OrdersOut} | problems(400))
def orders(query: PageQuery) -> OrdersOut:
    """My orders."""
    member_id, before = signed_in_member(), decode_int_cursor(query.cursor)
    found = mall.orders(db(), member_id, before_id=before, limit=query.limit + 1)
    page = found[: query.limit]
    return OrdersOut(
        items=[_out(made) for made in page],
        next_cursor=encode_cursor(page[-1].id) if len(found) > len(page) else None,
    )


@api.get("/mall/orders/<no>", responses={200: OrderOut} | problems(404))
def order(path: OrderPath) -> OrderOut:
    """One of my orders."""
    return _out(mall.get_order(db(), signed_in_member(), path.no))


@api.post(
    "/mall/orders/<no>/cancel",
    responses={200: OrderOut} | problems(404, 409, 422),
    openapi_extensions={"x-idempotent": True},
)
@idempotent
def cancel(path: OrderPath) -> OrderOut:
    """Cancel an order that was not picked up: the points come back, and coupons are taken back, or all is refused where
    one was used. Again, it answers the same.
    """
    return _out(mall.cancel(db(), signed_in_member(), path.no, now=now()))


@api.post(
    "/mall/orders/<no>/return",
    responses={200: OrderOut} | problems(404, 409, 422),
    openapi_extensions={"x-idempotent": True},
)
@idempotent
def ask_return(path: OrderPath) -> OrderOut:
    """Ask to bring back what was handed over. The points come back when the store has it."""
    return _out(mall.ask_return(db(), signed_in_member(), path.no, now=now()))


def _out(order: mall.Order) -> OrderOut:
    return OrderOut(
        no=order.no,
        title=order.title,
        items=[LineOut.model_validate(line) for line in order.lines],
        points=order.points,
        store=StoreOut.model_validate(stores.get_store(db(), order.store_id)),
        status=order.status,
        pickup_code=order.pickup_code if order.waiting_points else None,
        placed_at=order.placed_at,
        pick_up_by=order.pick_up_by,
        received_at=order.received_at,
        bring_back_by=order.bring_back_by,
        return_asked_at=order.return_asked_at,
        closed_at=order.closed_at,
        reason=order.reason,
    )
