"""Whose birthday it is. The day is sealed; a blind index over month and day alone finds it (ADR 0007).

The month and day are those of the calendar by which the member celebrates (ADR 0024).
"""

from calendar import isleap
from collections.abc import Iterator, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.kit import lunar
from backend.kit.pii import vault
from backend.members.models import ACTIVE, BirthdayCalendar, Member
from backend.members.queries import locked, place

LEAP_DAY = (2, 29)


def birthday_index(session: Session, birthday: date, calendar: BirthdayCalendar = "solar") -> bytes:
    """The blind index of a birthday's month and day in a calendar; a leap month counts as the one that it repeats."""
    if calendar == "lunar":
        _, month, day, _ = lunar.lunar_day(birthday)
        return vault(session).index("birthday", _lunar(month, day))
    return vault(session).index("birthday", _solar(birthday.month, birthday.day))


def born_on(session: Session, day: date, *, after_id: int = 0, limit: int) -> Sequence[int]:
    """Ids of active members whose birthday is celebrated on a day, in their order, from behind one on.

    In common years who was born on 29 February celebrates on the 28th; of lunar birthdays, see `lunar.celebrated_on`.
    """
    found = Member.birthday_index.in_([vault(session).index("birthday", one) for one in _celebrated(day)])
    mine = select(Member.id).where(found, Member.status == ACTIVE, Member.id > after_id)
    return session.scalars(mine.order_by(Member.id).limit(limit)).all()


def celebrated_near(session: Session, member_id: int, days: Sequence[date]) -> date | None:
    """The first of some days on which a member celebrates; None where that is none of them, or is not known."""
    born = session.scalar(select(Member.birthday_index).where(Member.id == member_id))
    if born is None:
        return None
    index = vault(session).index
    return next((day for day in days if any(index("birthday", one) == born for one in _celebrated(day))), None)


def without_birthday_index(session: Session, *, after_id: int = 0, limit: int) -> Sequence[int]:
    """Members whose birthday was sealed before there was an index, in their order, from behind one on."""
    old = Member.birthday_index.is_(None), Member.birthday_sealed.is_not(None), Member.id > after_id
    return session.scalars(select(Member.id).where(*old).order_by(Member.id).limit(limit)).all()


def index_birthdays(session: Session, member_ids: Sequence[int]) -> None:
    """Index the birthdays of some members (ids in their order)."""
    for member_id in member_ids:
        index_anew(session, locked(session, member_id))


def index_anew(session: Session, member: Member) -> None:
    """Let the index say what the birthday of a locked member and its calendar say."""
    if member.birthday_sealed is not None:
        birthday = date.fromisoformat(vault(session).open(member.birthday_sealed, place("birthday", member.id)))
        member.birthday_index = birthday_index(session, birthday, member.birthday_calendar)


def _celebrated(day: date) -> Iterator[str]:
    yield _solar(day.month, day.day)
    if (day.month, day.day + 1) == LEAP_DAY and not isleap(day.year):
        yield _solar(*LEAP_DAY)
    for month, lunar_day in lunar.celebrated_on(day):
        yield _lunar(month, lunar_day)


def _solar(month: int, day: int) -> str:
    return f"{month:02d}-{day:02d}"


def _lunar(month: int, day: int) -> str:
    return f"lunar {month:02d}-{day:02d}"
