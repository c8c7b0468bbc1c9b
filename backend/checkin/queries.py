from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.checkin.models import CheckIn
from backend.checkin.rules import streak_on
from backend.kit.calendar import add_months


def month(session: Session, member_id: int, first: date) -> Sequence[CheckIn]:
    """The check-ins of the month that begins on `first`, by day."""
    visits = select(CheckIn).where(CheckIn.member_id == member_id)
    return session.scalars(
        visits.where(CheckIn.day >= first, CheckIn.day < add_months(first, 1)).order_by(CheckIn.day)
    ).all()


def streak(session: Session, member_id: int, today: date) -> int:
    """Days in a row up to `today`, or up to yesterday while today's visit can still be made; else 0."""
    last = latest(session, member_id)
    return streak_on(last.day, last.streak, today) if last else 0


def latest(session: Session, member_id: int) -> CheckIn | None:
    """The member's newest check-in."""
    visits = select(CheckIn).where(CheckIn.member_id == member_id)
    return session.scalar(visits.order_by(CheckIn.day.desc()).limit(1))
