"""Whose birthday it is. The day is sealed; a blind index over month and day alone finds it (ADR 0007)."""

from calendar import isleap
from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.kit.pii import vault
from backend.members.models import ACTIVE, Member
from backend.members.queries import locked, place

LEAP_DAY = (2, 29)


def birthday_index(session: Session, birthday: date) -> bytes:
    """The blind index of a birthday's month and day."""
    return vault(session).index("birthday", f"{birthday:%m-%d}")


def born_on(session: Session, day: date, *, after_id: int = 0, limit: int) -> Sequence[int]:
    """Ids of active members whose birthday is celebrated on a day, in their order, from behind one on.

    In common years who was born on 29 February celebrates on the 28th.
    """
    days = [day]
    if (day.month, day.day + 1) == LEAP_DAY and not isleap(day.year):
        days.append(date(2000, *LEAP_DAY))
    found = Member.birthday_index.in_([birthday_index(session, one) for one in days])
    mine = select(Member.id).where(found, Member.status == ACTIVE, Member.id > after_id)
    return session.scalars(mine.order_by(Member.id).limit(limit)).all()


def index_birthdays(session: Session, *, limit: int) -> int:
    """Index up to `limit` birthdays that were sealed before there was an index; returns how many."""
    old = select(Member.id).where(Member.birthday_index.is_(None), Member.birthday_sealed.is_not(None))
    found = session.scalars(old.order_by(Member.id).limit(limit)).all()
    for member_id in found:
        member = locked(session, member_id)
        if member.birthday_sealed is not None:
            text = vault(session).open(member.birthday_sealed, place("birthday", member.id))
            member.birthday_index = birthday_index(session, date.fromisoformat(text))
    return len(found)
