"""What becomes of exchanges when their member is merged into another one, or leaves."""

from contextlib import suppress

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend.kit.errors import Conflict
from backend.mall.models import Order
from backend.mall.service import AlreadyPickedUp, OrderLapsed, cancel, lapse_due
from backend.members import MembershipEnding, MembersMerged, MembersMerging


class OrdersWaiting(Conflict):
    """An order of the member who would be gone waits to be picked up: it is handed over or cancelled first."""

    code = "mall.orders-waiting"
    message = "有待提货的兑换订单，请先提货或取消"


def end_overdue(session: Session, merging: MembersMerging) -> None:
    """End orders that nobody picked up in time while their account can take points back. Raises OrdersWaiting."""
    placed = select(Order.id, Order.pick_up_by).where(Order.member_id == merging.gone_id, Order.status == "placed")
    for order_id, pick_up_by in session.execute(placed.order_by(Order.id)).all():
        if merging.at < pick_up_by:
            raise OrdersWaiting
        lapse_due(session, order_id, now=merging.at)


def move_orders(session: Session, merged: MembersMerged) -> None:
    """The orders of the gone member are the survivor's; none of them waits any more."""
    session.execute(update(Order).where(Order.member_id == merged.gone_id).values(member_id=merged.into_id))


def cancel_waiting(session: Session, ending: MembershipEnding) -> None:
    """Cancel what waits to be picked up, in the usual way: points and goods go back before the account is closed."""
    waiting = select(Order.no).where(Order.member_id == ending.member_id, Order.status == "placed").order_by(Order.id)
    for order_no in session.scalars(waiting).all():
        with suppress(AlreadyPickedUp, OrderLapsed):  # it ended this very moment
            cancel(session, ending.member_id, order_no, now=ending.at)
