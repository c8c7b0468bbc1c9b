from collections.abc import Sequence
from datetime import date
from typing import Any, cast

from sqlalchemy import CursorResult, update
from sqlalchemy.orm import Session

from backend.checkin import CheckedIn
from backend.events import EventAttended
from backend.kit.calendar import shop_day
from backend.members import MemberJoined
from backend.purchases import PurchaseRecorded
from backend.visits.models import MemberVisit


def note_joining(session: Session, joined: MemberJoined) -> None:
    """Who joins is here."""
    today = shop_day(joined.at)
    session.add(MemberVisit(member_id=joined.member_id, last_on=today, quiet_since=today))


def note_check_in(session: Session, checked_in: CheckedIn) -> None:
    """Who checks in is here."""
    _here(session, checked_in.member_id, checked_in.day)


def note_purchase(session: Session, recorded: PurchaseRecorded) -> None:
    """Who buys is here, on the day on which the till tells it."""
    if recorded.member_id is not None:
        _here(session, recorded.member_id, shop_day(recorded.at))


def note_attendance(session: Session, attended: EventAttended) -> None:
    """Who comes to an event is here."""
    _here(session, attended.member_id, shop_day(attended.at))


def note_asked(session: Session, member_ids: Sequence[int], *, asked: int, today: date) -> int:
    """Note that members, who were asked back `asked` times since they were here, are asked once more; how many were.

    Whoever was here, or was asked, meanwhile is left as they are.
    """
    still = update(MemberVisit).where(MemberVisit.member_id.in_(member_ids), MemberVisit.asked == asked)
    before = still.where(MemberVisit.quiet_since < today)
    return _rows(session, before.values(asked=asked + 1, asked_on=today, quiet_since=today))


def _here(session: Session, member_id: int, day: date) -> None:
    earlier = update(MemberVisit).where(MemberVisit.member_id == member_id, MemberVisit.last_on < day)
    _rows(session, earlier.values(last_on=day, asked=0, quiet_since=day))


def _rows(session: Session, statement: Any) -> int:
    unsynchronised = statement.execution_options(synchronize_session=False)
    return cast("CursorResult[Any]", session.execute(unsynchronised)).rowcount
