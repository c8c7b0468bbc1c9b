"""Orders that are sent to members: placed for an address, shipped by a carrier, received."""

import re
from collections.abc import Mapping
from datetime import datetime
from random import Random
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import addresses, points
from backend.kit.facts import announce
from backend.kit.pii import vault
from backend.mall.cart import fill
from backend.mall.errors import NotShipped, OrderUnknown, ParcelRefused, PickedUpInstead
from backend.mall.facts import ExchangeShipped, ExchangeToBeSent
from backend.mall.locking import locked, locked_order, must_wait
from backend.mall.models import CENTRAL, GIVEN_BACK, Order
from backend.mall.paying import set_aside, spend
from backend.mall.rules import LONGEST_CARRIER, LONGEST_TRACKING_NO
from backend.mall.service import drawn_up
from backend.mall.stock import take

TRACKING_NO: Final = re.compile(rf"[0-9A-Za-z-]{{1,{LONGEST_TRACKING_NO}}}")


def exchange_to_ship(
    session: Session, member_id: int, wishes: Mapping[int, int], *, address_id: int, rng: Random, now: datetime
) -> Order:
    """Place one order for all of `wishes` (pieces by item id), to be sent to an address of the member's book as it is
    now; its points are set aside until it is shipped, its goods taken from the house's stock.

    Raises addresses.AddressUnknown, CartRefused, ItemUnknown, WayRefused, NotOnSaleYet, LimitReached, SoldOut,
    points.Insufficient, points.Frozen; nothing has changed then.
    """
    account = points.lock(session, member_id, now=now)
    delivery = addresses.snapshot(session, member_id, address_id)
    cart = fill(session, member_id, wishes, store_id=CENTRAL, now=now)
    order = drawn_up(cart, member_id=member_id, rng=rng, now=now)
    order.way = "shipping"
    order.address_sealed = vault(session).seal(delivery.packed(), _place(order))
    session.add(order)
    set_aside(session, account, order, now=now)
    announce(session, ExchangeToBeSent(member_id, order.no, order.title, order.points, at=now))
    session.flush()  # all else is written before the stocks, which everyone who wants them waits for, are locked
    take(session, order.lines)
    return order


def delivery_of(session: Session, order: Order) -> addresses.Delivery | None:
    """Where an order is sent; None for what is picked up, and once its member has left."""
    if order.address_sealed is None:
        return None
    return addresses.Delivery.unpacked(vault(session).open(order.address_sealed, _place(order)))


def label_of(session: Session, order_no: str) -> addresses.Delivery:
    """Where an order is to be sent, for whom it is told to write the label. Raises OrderUnknown, PickedUpInstead, also
    for an order whose member has left.
    """
    order = session.scalar(select(Order).where(Order.no == order_no))
    if order is None:
        raise OrderUnknown
    delivery = delivery_of(session, order)
    if delivery is None:
        raise PickedUpInstead
    return delivery


def ship(session: Session, order_no: str, *, carrier: str, tracking_no: str, now: datetime) -> Order:
    """Note that an order is on its way, and tell the member; its points are spent with that.

    Of one that is on its way already, carrier and number are put right, and nobody is told again. Raises ParcelRefused,
    OrderUnknown, PickedUpInstead, points.Frozen, and what became of an order that does not wait any more.
    """
    parcel = _checked(carrier, tracking_no)
    account, order = locked(session, Order.no == order_no, now=now)
    if order.way != "shipping":
        raise PickedUpInstead
    if order.status == "shipped":
        order.carrier, order.tracking_no = parcel
        return order
    must_wait(order)
    spend(session, account, order, now=now)
    order.status, order.shipped_at = "shipped", now
    order.carrier, order.tracking_no = parcel
    announce(session, ExchangeShipped(order.member_id, order.no, order.title, *parcel, at=now))
    return order


def receive(session: Session, member_id: int, order_no: str, *, now: datetime) -> Order:
    """Note that a member has what was shipped, once; a repeat is answered the same.

    Raises OrderUnknown, NotShipped, and what became of an order that has ended otherwise.
    """
    points.lock(session, member_id, now=now)
    order = locked_order(session, Order.no == order_no, Order.member_id == member_id)
    if order.status in GIVEN_BACK:
        must_wait(order)
    if order.shipped_at is None:
        raise NotShipped
    if order.status == "shipped":
        count_as_received(order, now=now)
    return order


def receive_due(session: Session, order_id: int, *, now: datetime) -> None:
    """Note what was shipped long ago as received; does nothing to any other. Raises OrderUnknown."""
    _, order = locked(session, Order.id == order_id, now=now)
    if order.received_by is not None and now >= order.received_by:
        count_as_received(order, now=now)


def count_as_received(order: Order, *, now: datetime) -> None:
    """From now on what is on its way is with its member."""
    order.status, order.received_at = "received", now


def _checked(carrier: str, tracking_no: str) -> tuple[str, str]:
    name, number = carrier.strip(), tracking_no.strip()
    if not 1 <= len(name) <= LONGEST_CARRIER or not name.isprintable() or not TRACKING_NO.fullmatch(number):
        raise ParcelRefused
    return name, number


def _place(order: Order) -> str:
    """Where the sealed address of an order stands; it opens nowhere else."""
    return f"mall_orders.address:{order.id}"
