"""Two members become one: plays, wins and tickets of the one that goes are the other's."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from backend.lottery.models import Play, Ticket, Win
from backend.members import MembersMerged


def move_plays(session: Session, merged: MembersMerged) -> None:
    """Move what a member has of draws to the one it became: limits count both from now on.

    Who played stays as it was, and so do the numbers of the plays: their rolls can be recomputed.
    """
    for table in (Play, Win, Ticket):
        session.execute(update(table).where(table.member_id == merged.gone_id).values(member_id=merged.into_id))
