"""The way of an order from the shelf into the member's hands."""

from datetime import datetime

from sqlalchemy.orm import Session

from backend import points, stores
from backend.kit.calendar import shop_day
from backend.kit.facts import announce
from backend.mall.errors import NotPickedUp, OrderLapsed, OrderUnknown, ShippedInstead, UndoTooLate
from backend.mall.facts import ExchangeCompleted, ExchangePickedUp, ExchangeReady
from backend.mall.locking import close, handed_over_at, locked, must_wait, paid_by
from backend.mall.models import WAITING, Order
from backend.mall.rules import bring_back_by, pick_up_by


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
        if order.on_hold:
            _prolong(session, account, order, until=until)
    store = stores.get_store(session, place.store_id)
    announce(session, ExchangeReady(order.member_id, order.no, order.title, place.code, store.name, until, at=now))
    return order


def pick_up(session: Session, *, code: str, store_id: int, now: datetime) -> Order:
    """Hand over what a pickup code stands for, at the store it was ordered to, once; a repeat is answered the same.

    Its points are spent with that. Raises OrderUnknown for an unknown code and for another store's alike,
    OrderCancelled, OrderLapsed, OrderRefused, OrderReturned, points.Frozen.
    """
    account, order = locked(session, Order.pickup_code == code, Order.store_id == store_id, now=now)
    if not order.waiting_points:
        raise OrderUnknown
    if order.status in {"received", "completed"}:
        return order
    _must_be_in_time(order, now)
    _pay(session, account, order, now=now)
    order.status, order.received_at = "received", now
    announce(session, ExchangePickedUp(order.member_id, order.no, order.title, store_id, at=now))
    return order


def undo_pick_up(session: Session, order_no: str, *, store_id: int, now: datetime) -> Order:
    """Take back a hand-over that was a mistake, on its own day and at its own store: the order waits as before.

    What was undone already is answered as it is. Raises OrderUnknown, NotPickedUp, UndoTooLate, what became of an order
    that has ended, and points.Insufficient or points.Frozen when its points cannot be set aside again.
    """
    account, order = locked(session, Order.no == order_no, Order.store_id == store_id, now=now)
    if order.status in WAITING:
        if not order.undone:
            raise NotPickedUp
        return order
    if shop_day(handed_over_at(order)) != shop_day(now) or order.status == "completed":
        raise UndoTooLate
    spent, order.undone = paid_by(order), order.undone + 1
    undo = points.Source("exchange-undo", f"{order.id}:{order.undone}")
    points.cancel(session, account, spent=spent, source=undo, now=now)
    points.reserve(session, account, order.waiting_points, source=paid_by(order), until=order.pick_up_by, now=now)
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


def _must_be_in_time(order: Order, now: datetime) -> None:
    must_wait(order)
    if order.pick_up_by is not None and now >= order.pick_up_by:
        raise OrderLapsed


def _prolong(session: Session, account: points.Account, order: Order, *, until: datetime) -> None:
    try:
        points.prolong(session, account, source=paid_by(order), until=until)
    except points.HoldEnded as ended:  # a server whose clock is ahead has freed the points
        raise OrderLapsed from ended


def _pay(session: Session, account: points.Account, order: Order, *, now: datetime) -> None:
    """Spend what was set aside for an order, unless it was paid when it was placed."""
    if order.on_hold:
        try:
            points.capture(session, account, source=paid_by(order), now=now)
        except points.HoldEnded as ended:  # as above
            raise OrderLapsed from ended
