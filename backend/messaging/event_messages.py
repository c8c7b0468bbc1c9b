"""What members are told of the events for which they have registered."""

from typing import Final

from sqlalchemy.orm import Session

from backend.events import (
    EventCancelled,
    EventChanged,
    EventMovedUp,
    EventOver,
    EventRegistered,
    EventSoon,
    EventTomorrow,
    RegistrationRemoved,
    WaitedInVain,
)
from backend.messaging.deciding import decide
from backend.messaging.wording import day, instant, last_day, survey_reward

OfRegistration = (
    EventRegistered
    | EventMovedUp
    | EventTomorrow
    | EventSoon
    | EventChanged
    | EventCancelled
    | RegistrationRemoved
    | WaitedInVain
)

TEMPLATES: Final[dict[type, str]] = {
    EventRegistered: "event_registered",
    EventMovedUp: "event_moved_up",
    EventTomorrow: "event_tomorrow",
    EventSoon: "event_soon",
    EventChanged: "event_changed",
    EventCancelled: "event_cancelled",
    RegistrationRemoved: "event_removed",
    WaitedInVain: "event_not_moved_up",
}


def tell_of_event(session: Session, fact: OfRegistration) -> None:
    """Decide to tell the member what became of a registration, and where and when to come."""
    words = {"event": fact.title, "at": instant(fact.starts_at), "place": fact.place, "code": fact.code}
    if isinstance(fact, EventChanged):
        words["what"] = fact.what
    if isinstance(fact, EventCancelled | RegistrationRemoved):
        words["why"] = fact.why
    cause = (str(fact.registration_id), str(fact.session_version))  # what changes again is told again
    decide(session, fact.member_id, TEMPLATES[type(fact)], words=words, cause=cause, now=fact.at)


def tell_event_over(session: Session, over: EventOver) -> None:
    """Decide to thank a member who came, and to ask how it was."""
    words = {
        "event": over.title,
        "day": day(over.starts_at),
        "reward": survey_reward(over.points),
        "last_day": last_day(over.ask_until),
    }
    decide(session, over.member_id, "event_thanks", words=words, cause=(str(over.registration_id),), now=over.at)
