"""What becomes of shares when their member is merged into another one, or leaves."""

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from backend.members import MembershipClosed, MembersMerged
from backend.sharing.models import Share, ShareDay, ShareReward


def move_shares(session: Session, merged: MembersMerged) -> None:
    """Shares of both are the survivor's: their tokens are out. What both were paid for on one day counts together."""
    theirs = select(Share).where(Share.member_id == merged.gone_id).order_by(Share.id)
    for one in session.scalars(theirs.execution_options(populate_existing=True)).all():
        one.turn = _next_turn(session, merged.into_id, one)
        one.member_id = merged.into_id
        session.flush()  # the next one of the same thing comes behind it
    session.execute(update(ShareReward).where(ShareReward.member_id == merged.gone_id).values(member_id=merged.into_id))
    _add_up_days(session, merged)


def forget_shares(session: Session, closed: MembershipClosed) -> None:
    """Who has left gets nothing any more for what has not come in."""
    waiting = update(ShareReward).where(ShareReward.member_id == closed.member_id, ShareReward.status == "waiting")
    session.execute(waiting.values(status="dropped", why="left", ended_at=closed.at))


def _next_turn(session: Session, member_id: int, one: Share) -> int:
    same = Share.member_id == member_id, Share.kind == one.kind, Share.thing == one.thing
    last = session.scalar(select(func.max(Share.turn)).where(*same))
    return 0 if last is None else last + 1


def _add_up_days(session: Session, merged: MembersMerged) -> None:
    theirs = select(ShareDay).where(ShareDay.member_id == merged.gone_id)
    for row in session.scalars(theirs.execution_options(populate_existing=True)).all():
        mine = session.get(ShareDay, (merged.into_id, row.day), populate_existing=True)
        if mine is None:
            session.add(ShareDay(member_id=merged.into_id, day=row.day, paid=row.paid))
        else:
            mine.paid += row.paid
        session.delete(row)
