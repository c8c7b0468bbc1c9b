from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Appointment:
    """An appointment as it is told of."""

    member_id: int
    booking_id: int
    service: str
    store_name: str
    starts_at: datetime
    at: datetime


@dataclass(frozen=True)
class BookingConfirmed(Appointment):
    """A member has an appointment."""


@dataclass(frozen=True)
class BookingChanged(Appointment):
    """An appointment was moved to `starts_at`."""


@dataclass(frozen=True)
class BookingNear(Appointment):
    """An appointment begins within a day, or within hours; told once each."""


@dataclass(frozen=True)
class BookingCancelled(Appointment):
    """The shop cancelled an appointment, and why."""

    why: str


@dataclass(frozen=True)
class AdviserChanged:
    """A member has another adviser, or a first one."""

    member_id: int
    adviser_id: int
    store_name: str
    at: datetime
