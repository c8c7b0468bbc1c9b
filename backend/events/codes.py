"""Rotating codes: one that a phone shows for its registration, and one that a screen shows for its session."""

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.events.errors import CodeInvalid
from backend.events.models import CODE_DIGITS, EventSession, Registration
from backend.kit.rotating import RotatingCodes, Shown
from config import policy

ID_DIGITS: Final = 20  # the longest id has 19, and the count is even
OF_MEMBER: Final = RotatingCodes(
    "event-code", CODE_DIGITS, policy.CARD_CODE_GOOD_FOR, policy.CARD_CODE_CLOCK_DIFFERENCE
)
ON_SITE: Final = RotatingCodes("event-site", ID_DIGITS, policy.CARD_CODE_GOOD_FOR, policy.CARD_CODE_CLOCK_DIFFERENCE)


def member_code(made: Registration, key: bytes, now: datetime) -> Shown:
    """What the phone shows for a registration."""
    return OF_MEMBER.show(made.code, key, now)


def site_code(place: EventSession, key: bytes, now: datetime) -> Shown:
    """What the screen at the entrance shows for a session."""
    return ON_SITE.show(f"{place.id:0{ID_DIGITS}d}", key, now)


def registration_of_code(session: Session, code: str, key: bytes, now: datetime) -> Registration:
    """The registration behind what a phone shows, or behind the number that the member was sent. Raises CodeInvalid."""
    number = code if len(code) == CODE_DIGITS else OF_MEMBER.number_of(code, key, now)
    found = session.scalar(select(Registration).where(Registration.code == number)) if number is not None else None
    if found is None:
        raise CodeInvalid
    return found


def session_of_code(code: str, key: bytes, now: datetime) -> int:
    """The id of the session whose screen shows a code. Raises CodeInvalid."""
    number = ON_SITE.number_of(code, key, now)
    if number is None:
        raise CodeInvalid
    return int(number)
