"""How an order that waits ends without being handed over: points are free again, goods go back into stock."""

from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from backend import points
from backend.kit.facts import announce
from backend.mall.delivery import take_back
from backend.mall.facts import ExchangeCancelled
from backend.mall.locking import checked_reason, close, locked, locked_order, must_wait
from backend.mall.models import WAITING, Order
from backend.mall.paying import free
from backend.mall.stock import put_back


def cancel(session: Session, member_id: int, order_no: str, *, now: datetime) -> Order:
    """Undo an order that was not picked up or shipped: points are free again in their lots, goods go back into stock.
    What was given at once is taken back, or nothing is undone.

    A cancelled order is answered as it is. Raises OrderUnknown, AlreadyPickedUp, AlreadyShipped, OrderLapsed,
    OrderRefused, OrderReturned, DeliveredStays, CodesGiven.
    """
    account = points.lock(session, member_id, now=now)
    order = locked_order(session, Order.no == order_no, Order.member_id == member_id)
    if order.status != "cancelled":
        if order.waiting_points:
            must_wait(order)
        take_back(session, account, order, now=now)
        order.received_at = None  # what was given at once is with nobody any more
        _end(session, account, order, "cancelled", now=now)
    return order


def cancel_waiting_part(session: Session, order_id: int, *, now: datetime) -> None:
    """Undo what waits to be picked up for a member who leaves; what was given at once stays. Does nothing to an order
    that does not wait. Raises OrderUnknown.
    """
    account, order = locked(session, Order.id == order_id, now=now)
    if order.status in WAITING:
        _end(session, account, order, "cancelled", now=now)


def refuse(session: Session, order_no: str, *, reason: str, now: datetime) -> Order:
    """Undo an order that the shop cannot serve, and tell the member why. A refused order is answered as it is.

    Raises ReasonRefused, OrderUnknown, AlreadyPickedUp, AlreadyShipped, OrderCancelled, OrderLapsed, OrderReturned.
    """
    words = checked_reason(reason)
    account, order = locked(session, Order.no == order_no, now=now)
    if order.status != "refused":
        must_wait(order)
        _end(session, account, order, "refused", now=now, reason=words)
    return order


def lapse_due(session: Session, order_id: int, *, now: datetime) -> None:
    """Undo an order whose time to be picked up has passed; does nothing to any other. Raises OrderUnknown."""
    account, order = locked(session, Order.id == order_id, now=now)
    if order.status in WAITING and order.pick_up_by is not None and now >= order.pick_up_by:
        _end(session, account, order, "lapsed", now=now)


def _end(
    session: Session,
    account: points.Account,
    order: Order,
    status: Literal["cancelled", "lapsed", "refused"],
    *,
    now: datetime,
    reason: str | None = None,
) -> None:
    if order.waiting_points:
        free(session, account, order, now=now)
    close(order, status, now=now, reason=reason)
    back = [line for line in order.lines if line.delivered_at is None]
    paid = sum(line.points for line in back) - order.rest_points  # which is spent at the hand-over alone
    announce(
        session,
        ExchangeCancelled(order.member_id, order.no, order.title, paid, status, words=reason or "", at=now),
    )
    session.flush()  # all else is written before the stocks are locked
    put_back(session, back)
