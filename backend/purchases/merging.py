"""Two members become one: what the one that goes bought is the other's."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from backend.members import MembersMerged
from backend.purchases.models import Purchase, Refund


def move_purchases(session: Session, merged: MembersMerged) -> None:
    """Move a member's purchases and refunds to the one it became: what is returned later is settled with that one."""
    for table in (Purchase, Refund):
        session.execute(update(table).where(table.member_id == merged.gone_id).values(member_id=merged.into_id))
