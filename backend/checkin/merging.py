from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from backend.checkin.models import CheckIn, StepReward
from backend.checkin.rules import next_streak
from backend.members import MembersMerged


def absorb_visits(session: Session, merged: MembersMerged) -> None:
    """Make one calendar of two: on a day that both have the survivor's visit stands, and streaks run through both.

    What visits paid stays as it was paid, and what either was given in a cycle is not given in it again.
    """
    own = select(CheckIn.day).where(CheckIn.member_id == merged.into_id)
    theirs = CheckIn.member_id == merged.gone_id
    session.execute(delete(CheckIn).where(theirs, CheckIn.day.in_(session.scalars(own).all())))
    session.execute(update(CheckIn).where(theirs).values(member_id=merged.into_id))
    rewards = update(StepReward).where(StepReward.member_id == merged.gone_id)
    session.execute(rewards.values(member_id=merged.into_id))
    _count_anew(session, merged.into_id)


def _count_anew(session: Session, member_id: int) -> None:
    visits = select(CheckIn).where(CheckIn.member_id == member_id).order_by(CheckIn.day)
    last: CheckIn | None = None
    for visit in session.scalars(visits.execution_options(populate_existing=True)):
        visit.streak = next_streak(last.day, last.streak, visit.day) if last else 1
        last = visit
