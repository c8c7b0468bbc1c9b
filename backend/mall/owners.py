"""What becomes of exchanges when their member is merged into another one, or leaves."""

from contextlib import suppress

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend.mall.models import Order
from backend.mall.service import AlreadyPickedUp, OrderLapsed, cancel
from backend.members import MembershipEnding, MembersMerged


def move_orders(session: Session, merged: MembersMerged) -> None:
    """The orders of the gone member are the survivor's. None waits to be picked up: such a merge is refused."""
    session.execute(update(Order).where(Order.member_id == merged.gone_id).values(member_id=merged.into_id))


def cancel_waiting(session: Session, ending: MembershipEnding) -> None:
    """Cancel what waits to be picked up, in the usual way: points and goods go back before the account is closed."""
    waiting = select(Order.no).where(Order.member_id == ending.member_id, Order.status == "placed").order_by(Order.id)
    for order_no in session.scalars(waiting).all():
        with suppress(AlreadyPickedUp, OrderLapsed):  # it ended this very moment
            cancel(session, ending.member_id, order_no, now=ending.at)
