from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class _OfRegistration:
    """What is told of a registration: of which event, when and where, and the code to come in with."""

    member_id: int
    registration_id: int
    title: str
    starts_at: datetime
    place: str
    code: str
    session_version: int
    at: datetime


@dataclass(frozen=True)
class EventRegistered(_OfRegistration):
    """A member has a place."""


@dataclass(frozen=True)
class EventMovedUp(_OfRegistration):
    """A member who waited has a place."""


@dataclass(frozen=True)
class EventTomorrow(_OfRegistration):
    """What a member registered for begins on the next shop day."""


@dataclass(frozen=True)
class EventSoon(_OfRegistration):
    """What a member registered for begins in two hours."""


@dataclass(frozen=True)
class EventChanged(_OfRegistration):
    """What a member registered for is at another time or place; `what` says which."""

    what: str


@dataclass(frozen=True)
class EventCancelled(_OfRegistration):
    """What a member registered or waited for does not take place; points held for it are free again."""

    why: str


@dataclass(frozen=True)
class RegistrationRemoved(_OfRegistration):
    """The shop has ended a member's registration; points held for it are free again."""

    why: str


@dataclass(frozen=True)
class WaitedInVain(_OfRegistration):
    """A session began, and the member who waited had no place; points held for it are free again."""


@dataclass(frozen=True)
class EventAttended(_OfRegistration):
    """A member came: the `arrival`-th time, where that was undone before."""

    arrival: int


@dataclass(frozen=True)
class AttendanceUndone:
    """A member did not come after all."""

    member_id: int
    registration_id: int
    arrival: int
    at: datetime


@dataclass(frozen=True)
class EventOver(_OfRegistration):
    """A session is over and the member was there: they are asked how it was before `ask_until`, for so many points."""

    points: int
    ask_until: datetime
