"""What becomes of exchanges when their member is merged into another one, or leaves."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from backend.mall.endings import cancel_waiting_part, lapse_due
from backend.mall.errors import OrdersWaiting
from backend.mall.fulfilment import complete
from backend.mall.locking import locked
from backend.mall.models import WAITING, Order, OrderStatus
from backend.mall.shipping import count_as_received
from backend.members import MembershipClosed, MembershipEnding, MembersMerged, MembersMerging


def end_overdue(session: Session, merging: MembersMerging) -> None:
    """Settle what can be settled while the account can take points back: orders that nobody picked up in time end, and
    what was picked up is completed, because its points cannot go back into the lots of another account.

    Raises OrdersWaiting.
    """
    for order in _open(session, merging.gone_id):
        overdue = order.pick_up_by is not None and order.pick_up_by <= merging.at
        if order.status == "received" and order.return_asked_at is None:
            _complete(session, order.id, merging)
        elif order.status in WAITING and overdue:
            lapse_due(session, order.id, now=merging.at)
        else:
            raise OrdersWaiting


def move_orders(session: Session, merged: MembersMerged) -> None:
    """The orders of the gone member are the survivor's; none of them waits any more."""
    session.execute(update(Order).where(Order.member_id == merged.gone_id).values(member_id=merged.into_id))


def cancel_waiting(session: Session, ending: MembershipEnding) -> None:
    """Cancel what waits to be picked up, in the usual way: points and goods go back before the account is closed. What
    was picked up, or is on its way, stays with who leaves.
    """
    for order in _open(session, ending.member_id):
        if order.status not in WAITING:
            _complete(session, order.id, ending)
        else:
            cancel_waiting_part(session, order.id, now=ending.at)


def erase_addresses(session: Session, closed: MembershipClosed) -> None:
    """Forget where the orders of who has left went."""
    session.execute(update(Order).where(Order.member_id == closed.member_id).values(address_sealed=None))


def _open(session: Session, member_id: int) -> Sequence[Row[int, str, OrderStatus, datetime | None, datetime | None]]:
    asked = select(Order.id, Order.no, Order.status, Order.pick_up_by, Order.return_asked_at)
    mine = asked.where(Order.member_id == member_id, Order.closed_at.is_(None)).order_by(Order.id)
    return session.execute(mine).all()


def _complete(session: Session, order_id: int, ending: MembersMerging | MembershipEnding) -> None:
    _, order = locked(session, Order.id == order_id, now=ending.at)
    if order.status == "shipped":
        count_as_received(order, now=ending.at)
    if order.status == "received":
        complete(session, order, now=ending.at)
