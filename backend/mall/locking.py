"""Orders under their locks: first the account of whose it is, then the order; stocks come last."""

from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from backend import points
from backend.mall.errors import (
    AlreadyPickedUp,
    AlreadyShipped,
    NotPickedUp,
    OrderCancelled,
    OrderLapsed,
    OrderRefused,
    OrderReturned,
    OrderUnknown,
    ReasonRefused,
)
from backend.mall.models import GIVEN_BACK, Order, OrderStatus
from backend.mall.rules import LONGEST_REASON

REFUSALS = {
    "shipped": AlreadyShipped,
    "received": AlreadyPickedUp,
    "completed": AlreadyPickedUp,
    "cancelled": OrderCancelled,
    "lapsed": OrderLapsed,
    "refused": OrderRefused,
    "returned": OrderReturned,
}


def locked(session: Session, *which: ColumnElement[bool], now: datetime) -> tuple[points.Account, Order]:
    """An order and the account it is paid from, both locked. Raises OrderUnknown and what `points.lock` raises."""
    member_id = session.scalar(select(Order.member_id).where(*which))
    if member_id is None:
        raise OrderUnknown
    account = points.lock(session, member_id, now=now)
    return account, locked_order(session, *which)


def locked_order(session: Session, *which: ColumnElement[bool]) -> Order:
    """An order of an account that is locked. Raises OrderUnknown."""
    order = session.scalar(select(Order).where(*which).with_for_update().execution_options(populate_existing=True))
    if order is None:
        raise OrderUnknown
    return order


def must_wait(order: Order) -> None:
    """Let only an order pass that waits to be handed over or sent. Raises what became of it."""
    if order.status in REFUSALS:
        raise REFUSALS[order.status]


def handed_over_at(order: Order) -> datetime:
    """When what stays with the member was handed over. Raises NotPickedUp, and what became of one that ended."""
    if order.status in GIVEN_BACK:
        must_wait(order)
    if order.received_at is None:
        raise NotPickedUp
    return order.received_at


def close(order: Order, status: OrderStatus, *, now: datetime, reason: str | None = None) -> None:
    """End an order."""
    order.status, order.closed_at, order.reason = status, now, reason


def checked_reason(reason: str) -> str:
    """A reason without white space around it. Raises ReasonRefused."""
    words = reason.strip()
    if not 1 <= len(words) <= LONGEST_REASON or not words.isprintable():
        raise ReasonRefused
    return words
