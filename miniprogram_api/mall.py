from typing import Annotated

from pydantic import Field

from backend import mall, stores
from backend.kit.calls import db, now
from backend.kit.idempotency import idempotent
from backend.kit.openapi import problems
from backend.kit.paging import decode_int_cursor, decode_ints, encode_cursor
from backend.kit.schema import IdText, Instant, PageQuery, Schema
from backend.runtime import runtime
from miniprogram_api.auth import resource, signed_in_member

api = resource("mall")

Quantity = Annotated[int, Field(strict=True, ge=1, le=99)]


class ItemPath(Schema):
    id: IdText


class OrderPath(Schema):
    no: Annotated[str, Field(max_length=20)]


class StoreOut(Schema):
    """A store where orders can be picked up."""

    id: IdText
    name: str


class ItemOut(Schema):
    """Something to be had for `points` apiece."""

    id: IdText
    title: str
    subtitle: str
    picture_url: str
    points: int
    stock: int
    sold_out: bool


class ItemDetailOut(ItemOut):
    """An item with its full text and the stores to choose from."""

    description: str
    stores: list[StoreOut]


class ItemsOut(Schema):
    """A page of what is on offer."""

    items: list[ItemOut]
    next_cursor: str | None


class OrderIn(Schema):
    """What to exchange points for, and the store to pick it up at."""

    item_id: IdText
    quantity: Quantity
    store_id: IdText


class OrderOut(Schema):
    """An exchange. While it is placed, the goods are handed over for `pickup_code` at any time before `pick_up_by`."""

    no: str
    item_id: IdText
    item_title: str
    quantity: int
    points: int
    store: StoreOut
    status: mall.OrderStatus
    pickup_code: str
    placed_at: Instant
    pick_up_by: Instant
    closed_at: Instant | None


class OrdersOut(Schema):
    """A page of my orders, newest first."""

    items: list[OrderOut]
    next_cursor: str | None


@api.get("/mall/items", responses={200: ItemsOut} | problems(400))
def items(query: PageQuery) -> ItemsOut:
    """What is on offer."""
    found = mall.list_items(db(), after=_place(query.cursor), limit=query.limit + 1)
    page = found[: query.limit]
    return ItemsOut(
        items=[ItemOut.model_validate(item) for item in page],
        next_cursor=encode_cursor(page[-1].position, page[-1].id) if len(found) > len(page) else None,
    )


@api.get("/mall/items/<id>", responses={200: ItemDetailOut} | problems(404))
def item(path: ItemPath) -> ItemDetailOut:
    """An item on offer."""
    offered = ItemOut.model_validate(found := mall.get_item(db(), path.id))
    choice = [StoreOut.model_validate(store) for store in stores.list_stores(db())]
    return ItemDetailOut(**offered.model_dump(), description=found.description, stores=choice)


@api.post(
    "/mall/orders", responses={201: OrderOut} | problems(404, 409, 422), openapi_extensions={"x-idempotent": True}
)
@idempotent
def exchange(body: OrderIn) -> tuple[OrderOut, int]:
    """Exchange points for an item."""
    member_id, store = signed_in_member(), stores.get_store(db(), body.store_id)
    made = mall.exchange(
        db(),
        member_id,
        item_id=body.item_id,
        quantity=body.quantity,
        store_id=store.id,
        rng=runtime().rng,
        now=now(),
    )
    return _out(made, store), 201


@api.get("/mall/orders", responses={200: OrdersOut} | problems(400))
def orders(query: PageQuery) -> OrdersOut:
    """My orders."""
    member_id, before = signed_in_member(), decode_int_cursor(query.cursor)
    found = mall.orders(db(), member_id, before_id=before, limit=query.limit + 1)
    page = found[: query.limit]
    places = {store_id: stores.get_store(db(), store_id) for store_id in {made.store_id for made in page}}
    return OrdersOut(
        items=[_out(made, places[made.store_id]) for made in page],
        next_cursor=encode_cursor(page[-1].id) if len(found) > len(page) else None,
    )


@api.get("/mall/orders/<no>", responses={200: OrderOut} | problems(404))
def order(path: OrderPath) -> OrderOut:
    """One of my orders."""
    found = mall.get_order(db(), signed_in_member(), path.no)
    return _out(found, stores.get_store(db(), found.store_id))


@api.post(
    "/mall/orders/<no>/cancel",
    responses={200: OrderOut} | problems(404, 409, 422),
    openapi_extensions={"x-idempotent": True},
)
@idempotent
def cancel(path: OrderPath) -> OrderOut:
    """Cancel an order that was not picked up: the points come back. Again, it answers the same."""
    cancelled = mall.cancel(db(), signed_in_member(), path.no, now=now())
    return _out(cancelled, stores.get_store(db(), cancelled.store_id))


def _place(cursor: str | None) -> tuple[int, int] | None:
    place = decode_ints(cursor, 2)
    return None if place is None else (place[0], place[1])


def _out(order: mall.Order, store: stores.Store) -> OrderOut:
    return OrderOut(
        no=order.no,
        item_id=order.item_id,
        item_title=order.item_title,
        quantity=order.quantity,
        points=order.points,
        store=StoreOut.model_validate(store),
        status=order.status,
        pickup_code=order.pickup_code,
        placed_at=order.placed_at,
        pick_up_by=order.pick_up_by,
        closed_at=order.closed_at,
    )
