"""What operators may do to a member and members may not."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from backend.kit.calendar import shop_day
from backend.kit.pii import vault
from backend.members import rules
from backend.members.birthdays import index_anew
from backend.members.completion import note_completion
from backend.members.errors import Closed, Merged
from backend.members.models import ACTIVE, BLOCKED, CLOSED, MERGED, Member
from backend.members.queries import locked, place


def correct_birthday(session: Session, member_id: int, birthday: date, *, now: datetime) -> Member:
    """Set the birthday, as often as it takes. Raises MemberUnknown, Closed, Merged, BirthdayRefused."""
    rules.check_birthday(birthday, today=shop_day(now))
    member = _standing(session, member_id)
    member.birthday_sealed = vault(session).seal(birthday.isoformat(), place("birthday", member.id))
    index_anew(session, member)
    note_completion(session, member, now=now)
    return member


def block(session: Session, member_id: int) -> Member:
    """Bar a member from signing in and from the tills; again, it changes nothing.

    Raises MemberUnknown, Closed, Merged.
    """
    return _with_status(session, member_id, BLOCKED)


def unblock(session: Session, member_id: int) -> Member:
    """Let a blocked member act again; an active one stays so. Raises MemberUnknown, Closed, Merged."""
    return _with_status(session, member_id, ACTIVE)


def _with_status(session: Session, member_id: int, status: str) -> Member:
    member = _standing(session, member_id)
    member.status = status
    return member


def _standing(session: Session, member_id: int) -> Member:
    member = locked(session, member_id)
    if member.status == CLOSED:
        raise Closed
    if member.status == MERGED:
        raise Merged
    return member
