from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.checkin.models import CheckIn
from backend.checkin.rules import streak_on
from backend.kit.calendar import add_months


@dataclass(frozen=True)
class Standing:
    """Days in a row up to today, or up to yesterday while today's visit can still be made; else 0."""

    streak: int
    checked_in_today: bool


def month(session: Session, member_id: int, first: date) -> Sequence[CheckIn]:
    """The check-ins of the month that begins on `first`, by day."""
    visits = select(CheckIn).where(CheckIn.member_id == member_id)
    return session.scalars(
        visits.where(CheckIn.day >= first, CheckIn.day < add_months(first, 1)).order_by(CheckIn.day)
    ).all()


def standing(session: Session, member_id: int, today: date) -> Standing:
    """Where the member's streak stands today."""
    last = latest(session, member_id)
    return Standing(streak_on(last.day, last.streak, today), last.day >= today) if last else Standing(0, False)


def latest(session: Session, member_id: int) -> CheckIn | None:
    """The member's newest check-in."""
    visits = select(CheckIn).where(CheckIn.member_id == member_id)
    return session.scalar(visits.order_by(CheckIn.day.desc()).limit(1))
