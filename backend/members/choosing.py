"""Whom a message or a rule for many is for, as a condition that the database works out."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from backend.members.birthdays import birthday_index
from backend.members.models import ACTIVE, Member, MemberTag

LEAP_YEAR: Final = 2024


@dataclass(frozen=True)
class Traits:
    """What members are chosen by, all of it together; what is not said does not matter.

    `joined_from` is the first instant of joining that counts, `joined_before` the first that does not.
    """

    any_tag: frozenset[str] = frozenset()
    all_tags: frozenset[str] = frozenset()
    joined_from: datetime | None = None
    joined_before: datetime | None = None
    birthday_month: int | None = None


def chosen(session: Session, traits: Traits) -> ColumnElement[bool]:
    """The condition that a row of `Member` meets who is active and has these traits."""
    asked = [Member.status == ACTIVE]
    if traits.any_tag:
        asked.append(_tagged(traits.any_tag))
    asked += [_tagged({word}) for word in sorted(traits.all_tags)]
    if traits.joined_from is not None:
        asked.append(Member.joined_at >= traits.joined_from)
    if traits.joined_before is not None:
        asked.append(Member.joined_at < traits.joined_before)
    if traits.birthday_month is not None:
        asked.append(Member.birthday_index.in_(_days_of(session, traits.birthday_month)))
    return and_(*asked)


def _tagged(words: frozenset[str] | set[str]) -> ColumnElement[bool]:
    tags = select(MemberTag.tag).where(MemberTag.member_id == Member.id, MemberTag.tag.in_(sorted(words)))
    return tags.correlate(Member).exists()


def _days_of(session: Session, month: int) -> list[bytes]:
    """The blind indexes of all days of a month: a month has none of its own."""
    first = date(LEAP_YEAR, month, 1)
    days = (first + timedelta(days=number) for number in range(31))
    return [birthday_index(session, day) for day in days if day.month == month]
