"""What was handed over comes back: points go into the lots that paid, goods into stock or to the bin."""

from datetime import datetime

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from backend import points
from backend.kit.facts import announce
from backend.mall.errors import ReturnTooLate
from backend.mall.facts import ExchangeCancelled, ReturnDeclined
from backend.mall.locking import checked_reason, close, handed_over_at, locked, locked_order
from backend.mall.models import Order
from backend.mall.paying import give_back
from backend.mall.payments import hand_back
from backend.mall.rules import bring_back_by
from backend.mall.stock import put_back


def ask_return(session: Session, member_id: int, order_no: str, *, now: datetime) -> Order:
    """Note that a member wants to bring back what was handed over; a store takes it back, also after the last day.

    Asked again, or returned meanwhile, it is answered as it is. Raises OrderUnknown, NotPickedUp, ReturnTooLate, and
    what became of an order that ended otherwise.
    """
    points.lock(session, member_id, now=now)
    order = locked_order(session, Order.no == order_no, Order.member_id == member_id)
    if order.status != "returned" and order.return_asked_at is None:
        _must_be_returnable(order, now)
        order.return_asked_at = now
    return order


def decline_return(session: Session, order_no: str, *, reason: str, now: datetime) -> Order:
    """Turn down a wish to bring something back, and tell the member why. Where there is none, or not any more, the
    reason is put right, and nobody is told again.

    Raises ReasonRefused, OrderUnknown, NotPickedUp, ReturnTooLate, and what became of an order that ended otherwise.
    """
    words = checked_reason(reason)
    _, order = locked(session, Order.no == order_no, now=now)
    _must_be_returnable(order, now)
    if order.return_asked_at is not None:
        announce(session, ReturnDeclined(order.member_id, order.no, order.title, words, at=now))
    order.return_asked_at, order.reason = None, words
    return order


def take_back(session: Session, order_no: str, *, restock: bool, store_id: int | None = None, now: datetime) -> Order:
    """Take back what was handed over (of `store_id`'s orders only, if given), once; a repeat is answered the same. A
    parcel that never reached the member is taken back too.

    The points go back into their lots, and what has expired meanwhile stays over; who takes the goods hands the money
    back that was taken. With `restock` the goods go back into the stock they came from, else they are written off.
    Raises as `ask_return` does.
    """
    account, order = locked(session, *_order_of(order_no, store_id), now=now)
    if order.status == "returned":
        return order
    if order.status != "shipped":
        _must_be_returnable(order, now)
    give_back(session, account, order, because="exchange-return", now=now)
    hand_back(session, order, now=now)
    close(order, "returned", now=now)
    order.written_off = not restock
    announce(
        session,
        ExchangeCancelled(order.member_id, order.no, order.title, order.waiting_points, "returned", words="", at=now),
    )
    session.flush()  # all else is written before the stocks are locked
    if restock:
        put_back(session, [line for line in order.lines if line.delivered_at is None])
    return order


def _must_be_returnable(order: Order, now: datetime) -> None:
    in_time = now < bring_back_by(handed_over_at(order)) or order.return_asked_at is not None
    if order.status == "completed" or not in_time:
        raise ReturnTooLate


def _order_of(order_no: str, store_id: int | None) -> tuple[ColumnElement[bool], ...]:
    return (Order.no == order_no,) if store_id is None else (Order.no == order_no, Order.store_id == store_id)
