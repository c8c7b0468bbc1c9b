"""Who wants to be reminded of checking in, and of whom it is time to."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from backend.checkin.models import CheckIn, ReminderWish
from backend.members import ACTIVE, Member, MembershipClosed, MembersMerged


def remind_me(session: Session, member_id: int, *, wanted: bool, now: datetime) -> None:
    """Note whether a member wants to be reminded; again, it changes nothing."""
    wish = session.get(ReminderWish, member_id)
    if wanted and wish is None:
        session.add(ReminderWish(member_id=member_id, asked_at=now))
    elif wish is not None and not wanted:
        session.delete(wish)


def wants_reminder(session: Session, member_id: int) -> bool:
    """Whether a member wants to be reminded."""
    return session.get(ReminderWish, member_id) is not None


def to_remind(session: Session, today: date, *, after_member_id: int = 0, limit: int) -> Sequence[int]:
    """Members who want to be reminded and have not checked in today, in their order, after one of them."""
    here = exists().where(CheckIn.member_id == ReminderWish.member_id, CheckIn.day == today)
    asked = select(ReminderWish.member_id).join(Member, Member.id == ReminderWish.member_id)
    due = asked.where(ReminderWish.member_id > after_member_id, Member.status == ACTIVE, ~here)
    return session.scalars(due.order_by(ReminderWish.member_id).limit(limit)).all()


def streaks(session: Session, member_ids: Sequence[int], today: date) -> dict[int, int]:
    """The streaks that a check-in of today goes on with; members with none are left out."""
    yesterday = today - timedelta(days=1)
    visits = select(CheckIn.member_id, CheckIn.streak).where(
        CheckIn.member_id.in_(member_ids), CheckIn.day == yesterday
    )
    return {row.member_id: row.streak for row in session.execute(visits)}


def merge_reminder(session: Session, merged: MembersMerged) -> None:
    """Who was two is reminded when either wanted it."""
    gone = session.get(ReminderWish, merged.gone_id)
    if gone is not None:
        remind_me(session, merged.into_id, wanted=True, now=gone.asked_at)
        session.delete(gone)


def drop_reminder(session: Session, closed: MembershipClosed) -> None:
    """Who has left wants nothing any more."""
    session.execute(delete(ReminderWish).where(ReminderWish.member_id == closed.member_id))
