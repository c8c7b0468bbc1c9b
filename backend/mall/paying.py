"""The points of an order: set aside when it is placed, spent when it is handed over or shipped, free when it ends
otherwise, back in the lots that paid when it comes back.

What was ordered ahead for a deposit has only that set aside; the rest is an entry of its own. What is given at once is
paid apart from what waits, see `delivery`.
"""

from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from backend import points
from backend.mall.errors import OrderLapsed
from backend.mall.models import Order


def paid_by(order: Order) -> points.Source:
    """What an order's points are set aside and spent for; a new one after each hand-over that was a mistake."""
    return points.Source("exchange", f"{order.id}:{order.undone}" if order.undone else order.id)


def paid_at_once(order: Order) -> points.Source:
    """Beside what `paid_by` says: a hand-over that was a mistake is counted from 1."""
    return points.Source("exchange", f"{order.id}:0")


def set_aside(session: Session, account: points.Account, order: Order, *, now: datetime) -> None:
    """Set the points aside for what waits to be handed over, and spend those for what is given at once.

    Raises points.Insufficient, points.Frozen.
    """
    at_once = order.points - order.waiting_points
    if order.set_aside + at_once > account.available and account.frozen_at is None:
        raise points.Insufficient(available=account.available)
    if order.set_aside:
        reserve(session, account, order, now=now)
    if at_once:
        points.spend(session, account, at_once, source=paid_at_once(order), now=now)


def reserve(session: Session, account: points.Account, order: Order, *, now: datetime) -> None:
    """Set aside what waits to be handed over. Raises points.Insufficient, points.Frozen."""
    points.reserve(session, account, order.set_aside, source=paid_by(order), until=order.pick_up_by, now=now)


def spend(session: Session, account: points.Account, order: Order, *, now: datetime) -> None:
    """Spend what an order was to cost, unless it was paid when it was placed.

    Raises OrderLapsed, points.Frozen, and points.Insufficient where a deposit was set aside and the rest is not there.
    """
    if not order.on_hold:
        return
    try:
        points.capture(session, account, source=paid_by(order), now=now)
    except points.HoldEnded as ended:  # a server whose clock is ahead has freed the points
        raise OrderLapsed from ended
    if order.rest_points:
        points.spend(session, account, order.rest_points, source=_rest(paid_by(order)), now=now)


def prolong(session: Session, account: points.Account, order: Order, *, until: datetime) -> None:
    """Keep the points of an order aside for longer. Raises OrderLapsed."""
    if order.on_hold:
        try:
            points.prolong(session, account, source=paid_by(order), until=until)
        except points.HoldEnded as ended:  # as above
            raise OrderLapsed from ended


def free(session: Session, account: points.Account, order: Order, *, now: datetime) -> None:
    """Let the points go that were set aside for an order, or give back what was paid when it was placed."""
    if order.on_hold:
        points.release(session, account, source=paid_by(order), now=now)
        return
    points.cancel(session, account, spent=paid_by(order), source=points.Source("exchange-cancel", order.id), now=now)


def give_back(
    session: Session,
    account: points.Account,
    order: Order,
    *,
    because: Literal["exchange-return", "exchange-undo"],
    now: datetime,
) -> None:
    """Put what was spent for an order back into the lots that paid; what has expired meanwhile stays over."""
    spent, source = paid_by(order), points.Source(because, order.id)
    if because == "exchange-undo":
        source = points.Source(because, f"{order.id}:{order.undone + 1}")
    points.cancel(session, account, spent=spent, source=source, now=now)
    if order.rest_points:
        points.cancel(session, account, spent=_rest(spent), source=_rest(source), now=now)


def _rest(of: points.Source) -> points.Source:
    return points.Source(of.kind, f"{of.id}:rest")
