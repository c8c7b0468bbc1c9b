"""The way of an order from the shelf into the member's hands."""

from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from backend import stores
from backend.kit.calendar import shop_day
from backend.kit.facts import announce
from backend.mall.errors import NotPickedUp, OrderLapsed, OrderUnknown, PickUpTooEarly, ShippedInstead, UndoTooLate
from backend.mall.facts import ExchangeCompleted, ExchangePickedUp, ExchangeReady
from backend.mall.locking import close, handed_over_at, locked, must_wait
from backend.mall.models import KEPT, WAITING, Order
from backend.mall.paying import give_back, prolong, reserve, spend
from backend.mall.payments import hand_back, take
from backend.mall.rules import bring_back_by, pick_up_by
from config.policy import SHOP_ZONE


def prepare(session: Session, order_no: str, *, now: datetime) -> Order:
    """Note that an order is packed. One that is further on, and waits still, stays as it is.

    Raises OrderUnknown, OrderLapsed, and what became of an order that does not wait any more.
    """
    _, order = locked(session, Order.no == order_no, now=now)
    _must_be_in_time(order, now)
    if order.status == "placed":
        order.status = "prepared"
    return order


def make_ready(session: Session, order_no: str, *, now: datetime) -> Order:
    """Note that an order lies ready at its store, and tell the member, who has the full days to fetch it from now on.

    One that is ready already stays as it is. Raises ShippedInstead, and as `prepare` does.
    """
    account, order = locked(session, Order.no == order_no, now=now)
    place = order.pick_up
    if place is None:
        raise ShippedInstead
    _must_be_in_time(order, now)
    if order.status == "ready":
        return order
    order.status = "ready"
    until = max(place.until, pick_up_by(now))
    if place.until < until:
        order.pick_up_by, order.reminded_at = until, None
        prolong(session, account, order, until=until)
    store = stores.get_store(session, place.store_id)
    announce(session, ExchangeReady(order.member_id, order.no, order.title, place.code, store.name, until, at=now))
    return order


def pick_up(session: Session, *, code: str, store_id: int, paid_fen: int = 0, now: datetime) -> Order:
    """Hand over what a pickup code stands for, at the store it was ordered to, once; a repeat is answered the same.

    Its points are spent with that, and `paid_fen` was taken at the counter. Raises OrderUnknown for an unknown code and
    for another store's alike, PickUpTooEarly, MoneyDue, OrderCancelled, OrderLapsed, OrderRefused, OrderReturned,
    points.Frozen, and points.Insufficient where only a deposit was set aside.
    """
    account, order = locked(session, *_at_counter(code, store_id), now=now)
    _must_be_for_the_counter(order)
    if order.status in KEPT:
        return order
    _must_be_in_time(order, now)
    _must_have_begun(order, now)
    take(session, order, method="counter", amount_fen=paid_fen, store_id=store_id, now=now)
    spend(session, account, order, now=now)
    order.status, order.received_at = "received", now
    announce(session, ExchangePickedUp(order.member_id, order.no, order.title, store_id, at=now))
    return order


def at_counter(session: Session, *, code: str, store_id: int, now: datetime) -> Order:
    """What a pickup code stands for at a store, to look at before it is handed over. Raises OrderUnknown, and what
    became of an order that was neither handed over nor waits.
    """
    order = session.scalar(select(Order).where(*_at_counter(code, store_id)))
    if order is None:
        raise OrderUnknown
    _must_be_for_the_counter(order)
    if order.status not in KEPT:
        _must_be_in_time(order, now)
    return order


def undo_pick_up(session: Session, order_no: str, *, store_id: int, now: datetime) -> Order:
    """Take back a hand-over that was a mistake, on its own day and at its own store: the order waits as before.

    Money that was taken is handed back. What was undone already is answered as it is. Raises OrderUnknown, NotPickedUp,
    UndoTooLate, what became of an order that has ended, and points.Insufficient or points.Frozen when its points cannot
    be set aside again.
    """
    account, order = locked(session, Order.no == order_no, Order.store_id == store_id, now=now)
    if order.status in WAITING:
        if not order.undone:
            raise NotPickedUp
        return order
    if shop_day(handed_over_at(order)) != shop_day(now) or order.status == "completed":
        raise UndoTooLate
    give_back(session, account, order, because="exchange-undo", now=now)
    hand_back(session, order, now=now)
    order.undone += 1
    reserve(session, account, order, now=now)
    order.status, order.received_at, order.return_asked_at, order.on_hold = "placed", None, None, True
    return order


def complete_due(session: Session, order_id: int, *, now: datetime) -> None:
    """Complete an order whose goods cannot be brought back any more; does nothing to any other. Raises OrderUnknown."""
    _, order = locked(session, Order.id == order_id, now=now)
    over = order.received_at is not None and now >= bring_back_by(order.received_at)
    if order.status == "received" and over and order.return_asked_at is None:
        complete(session, order, now=now)


def complete(session: Session, order: Order, *, now: datetime) -> None:
    """End an order whose goods stay with the member."""
    close(order, "completed", now=now)
    announce(session, ExchangeCompleted(order.member_id, order.no, order.title, at=now))


def _at_counter(code: str, store_id: int) -> tuple[ColumnElement[bool], ...]:
    return Order.pickup_code == code, Order.store_id == store_id


def _must_be_for_the_counter(order: Order) -> None:
    if not order.waiting_points:
        raise OrderUnknown


def _must_have_begun(order: Order, now: datetime) -> None:
    if order.pick_up_from is not None and now < order.pick_up_from:
        raise PickUpTooEarly(begins=f"{order.pick_up_from.astimezone(SHOP_ZONE):%Y-%m-%d %H:%M}")


def _must_be_in_time(order: Order, now: datetime) -> None:
    must_wait(order)
    if order.pick_up_by is not None and now >= order.pick_up_by:
        raise OrderLapsed
