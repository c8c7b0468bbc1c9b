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
    """What to exchange points for, all or nothing, and either the store to pick it up at or the address of mine to send
    it to. An item named twice is added up.
    """

    items: Annotated[list[WishIn], Field(min_length=1, max_length=mall.MOST_ITEMS)]
    store_id: IdText | None = None
    address_id: IdText | None = None


class OrderLineOut(Schema):
    """So many of an item, for `points` and `money_fen` together. Coupons are with me since `delivered_at`, null for all
    else.
    """

    item_id: IdText
    item_title: str
    kind: mall.Kind
    quantity: int
    points: int
    money_fen: int
    delivered_at: Instant | None
    coupon_ids: list[IdText]


class ShippingAddressOut(Schema):
    """Where an order is sent, as the address was when it was placed."""

    recipient: str
    phone: str
    line: str


class OrderOut(Schema):
    """An exchange. To be picked up, it has a `store`, where the goods are handed over for `pickup_code` until
    `pick_up_by` while it is placed, prepared or ready; the code is null where all was given at once. To be sent, it has
    an `address`; once it is shipped, a `carrier` and a `tracking_no`, and at `received_by` it counts as received by
    itself. `reason` is what the shop said when it refused the order or a return.

    `money_fen` is paid at the counter when the goods are handed over. A pre-order is not handed over before
    `pick_up_from`; of one with a deposit only `deposit_points` are set aside until then.
    """

    no: str
    title: str
    items: list[OrderLineOut]
    points: int
    money_fen: int
    deposit_points: int | None
    way: mall.Way
    store: StoreOut | None
    address: ShippingAddressOut | None
    status: mall.OrderStatus
    pickup_code: str | None
    placed_at: Instant
    pick_up_from: Instant | None
    pick_up_by: Instant | None
    shipped_at: Instant | None
    carrier: str | None
    tracking_no: str | None
    received_by: Instant | None
    received_at: Instant | None
    bring_back_by: Instant | None
    return_asked_at: Instant | None
    closed_at: Instant | None
    reason: str | None


class VirtualCodeOut(Schema):
    """A code that I have of an item."""

    item_title: str
    code: str


class OrderDetailOut(OrderOut):
    """An exchange with the codes that it gave, which are shown nowhere else."""

    codes: list[VirtualCodeOut]


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
    return _out(_placed(wishes, store_id=body.store_id, address_id=body.address_id)), 201


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


@api.get("/mall/orders/<no>", responses={200: OrderDetailOut} | problems(404))
def order(path: OrderPath) -> OrderDetailOut:
    """One of my orders."""
    found = mall.get_order(db(), signed_in_member(), path.no)
    codes = [VirtualCodeOut(item_title=line.item_title, code=code) for line, code in mall.codes_of(db(), found)]
    return OrderDetailOut(**_out(found).model_dump(), codes=codes)


@api.post(
    "/mall/orders/<no>/cancel",
    responses={200: OrderOut} | problems(404, 409, 422),
    openapi_extensions={"x-idempotent": True},
)
@idempotent
def cancel(path: OrderPath) -> OrderOut:
    """Cancel an order that was not picked up or shipped: the points come back, and coupons are taken back, or all is
    refused where one was used. Again, it answers the same.
    """
    return _out(mall.cancel(db(), signed_in_member(), path.no, now=now()))


@api.post(
    "/mall/orders/<no>/receive",
    responses={200: OrderOut} | problems(404, 409, 422),
    openapi_extensions={"x-idempotent": True},
)
@idempotent
def receive(path: OrderPath) -> OrderOut:
    """Tell that I have what was shipped. Again, it answers the same."""
    return _out(mall.receive(db(), signed_in_member(), path.no, now=now()))


@api.post(
    "/mall/orders/<no>/return",
    responses={200: OrderOut} | problems(404, 409, 422),
    openapi_extensions={"x-idempotent": True},
)
@idempotent
def ask_return(path: OrderPath) -> OrderOut:
    """Ask to bring back what was handed over. The points come back when the store has it."""
    return _out(mall.ask_return(db(), signed_in_member(), path.no, now=now()))


def _placed(wishes: dict[int, int], *, store_id: int | None, address_id: int | None) -> mall.Order:
    member_id, rng = signed_in_member(), runtime().rng
    if store_id is not None and address_id is None:
        return mall.exchange(db(), member_id, wishes, store_id=store_id, rng=rng, now=now())
    if address_id is not None and store_id is None:
        return mall.exchange_to_ship(db(), member_id, wishes, address_id=address_id, rng=rng, now=now())
    raise mall.DestinationRefused


def _out(order: mall.Order) -> OrderOut:
    delivery = mall.delivery_of(db(), order)
    return OrderOut(
        no=order.no,
        title=order.title,
        items=[OrderLineOut.model_validate(line) for line in order.lines],
        points=order.points,
        money_fen=order.money_fen,
        deposit_points=order.deposit_points,
        way=order.way,
        store=order.store_id and StoreOut.model_validate(stores.get_store(db(), order.store_id)),
        address=delivery and ShippingAddressOut.model_validate(delivery),
        status=order.status,
        pickup_code=order.pickup_code if order.waiting_points else None,
        placed_at=order.placed_at,
        pick_up_from=order.pick_up_from,
        pick_up_by=order.pick_up_by,
        shipped_at=order.shipped_at,
        carrier=order.carrier,
        tracking_no=order.tracking_no,
        received_by=order.received_by,
        received_at=order.received_at,
        bring_back_by=order.bring_back_by,
        return_asked_at=order.return_asked_at,
        closed_at=order.closed_at,
        reason=order.reason,
    )
