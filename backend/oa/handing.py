"""Hands a follower over to people, and says honestly when there will be any."""

from datetime import datetime

from sqlalchemy.orm import Session

from backend import conversations
from backend.conversations import Stage, Why
from backend.oa import texts
from config import policy


def call_people(session: Session, follower_id: int, *, why: Why, now: datetime) -> str:
    """Put a follower into the queue of the desk; what is said to who is there already is shorter."""
    before = conversations.open_conversation(session, follower_id)
    if before is not None:
        return texts.WITH_PEOPLE if before.status == Stage.TAKEN else texts.STILL_WAITING
    mine = conversations.call_people(session, follower_id, why=why, now=now)
    said = _called(conversations.ahead_of(session, mine), now)
    return texts.UNKNOWN_TO_THE_ROBOT + said if why is Why.UNANSWERED else said


def _called(ahead: int, now: datetime) -> str:
    if conversations.is_staffed(now, policy.DESK_HOURS):
        return texts.CALLED.format(ahead=texts.AHEAD.format(count=ahead) if ahead else "")
    opening = conversations.staffed_from(now, policy.DESK_HOURS)
    if opening is None:
        return texts.NOBODY_AT_THE_DESK
    from_, until = policy.DESK_HOURS[opening.weekday()]
    return texts.AFTER_HOURS.format(from_=f"{from_:%H:%M}", until=f"{until:%H:%M}", when=_when(opening, now))


def _when(opening: datetime, now: datetime) -> str:
    days = (opening.date() - now.astimezone(opening.tzinfo).date()).days
    day = {0: texts.TODAY, 1: texts.TOMORROW}.get(days, texts.WEEKDAYS[opening.weekday()])
    return f"{day} {opening:%H:%M}"
