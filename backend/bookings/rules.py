"""When somebody is free. Pure."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Final, Literal

from backend.bookings.errors import FeedbackRefused, HoursRefused, LeaveRefused, ServiceRefused
from backend.kit.calendar import day_start

Status = Literal["booked", "cancelled", "done", "no-show"]
Outcome = Literal["done", "no-show"]

BOOKED: Final[Status] = "booked"
GRAIN_MINUTES: Final = 15
GRAIN: Final = timedelta(minutes=GRAIN_MINUTES)
DAY_MINUTES: Final = 24 * 60
DAY_BEFORE: Final = timedelta(hours=24)
HOURS_BEFORE: Final = timedelta(hours=2)
FEEDBACK_WITHIN: Final = timedelta(days=30)
LONGEST_FEEDBACK: Final = 200
LONGEST_LEAVE: Final = timedelta(days=366)
MOST_DAYS_AHEAD: Final = 90
MOST_CANCEL_HOURS: Final = 168


@dataclass(frozen=True)
class Span:
    """From an instant until before another one."""

    start: datetime
    end: datetime

    def meets(self, other: "Span") -> bool:
        """Whether they have a moment in common."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True)
class Course:
    """How long a service takes, how long after it its staff is still busy, and how far apart it begins."""

    minutes: int
    buffer_minutes: int
    step_minutes: int

    def span(self, start: datetime) -> Span:
        """The time of the member."""
        return Span(start, start + timedelta(minutes=self.minutes))

    def grains(self, start: datetime) -> list[datetime]:
        """The quarters of hours that it takes of its staff."""
        return grains(start, self.minutes + self.buffer_minutes)


def grains(start: datetime, minutes: int) -> list[datetime]:
    """The quarters of hours from an instant on, that many minutes long."""
    return [start + no * GRAIN for no in range(minutes // GRAIN_MINUTES)]


def opened(day: date, hours: Sequence[tuple[int, int]]) -> list[Span]:
    """The hours (in minutes of the day) of a shop day as instants."""
    midnight = day_start(day)
    return [
        Span(midnight + timedelta(minutes=begin), midnight + timedelta(minutes=end)) for begin, end in sorted(hours)
    ]


def free_starts(
    spans: Sequence[Span], away: Sequence[Span], taken: Collection[datetime], course: Course, *, earliest: datetime
) -> Iterator[datetime]:
    """When a service can begin: within the hours, not in a leave, and where none of its quarters is taken.

    What comes after it may pass the end of the hours: members have gone by then.
    """
    for span in spans:
        start = span.start
        while course.span(start).end <= span.end:
            wanted = course.span(start)
            free = not any(wanted.meets(one) for one in away)
            if start >= earliest and free and not any(one in taken for one in course.grains(start)):
                yield start
            start += timedelta(minutes=course.step_minutes)


def checked_course(course: Course) -> Course:
    """A course in whole quarters of hours. Raises ServiceRefused."""
    parts = (course.minutes, course.buffer_minutes, course.step_minutes)
    if any(part % GRAIN_MINUTES for part in parts):
        raise ServiceRefused(reason=f"时长须为 {GRAIN_MINUTES} 分钟的整数倍")
    if not 0 < course.minutes <= DAY_MINUTES or not 0 <= course.buffer_minutes <= DAY_MINUTES:
        raise ServiceRefused(reason="时长须在一天之内")
    if not 0 < course.step_minutes <= DAY_MINUTES:
        raise ServiceRefused(reason="起始间隔须在一天之内")
    return course


def checked_hours(hours: Sequence[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Weekly hours (weekday, from, to), in their order. Raises HoursRefused."""
    ordered = sorted(hours)
    for weekday, begin, end in ordered:
        if (
            weekday not in range(7)
            or not 0 <= begin < end <= DAY_MINUTES
            or begin % GRAIN_MINUTES
            or end % GRAIN_MINUTES
        ):
            raise HoursRefused
    if any(one[0] == other[0] and other[1] < one[2] for one, other in pairwise(ordered)):
        raise HoursRefused
    return ordered


def checked_leave(leave: Span) -> Span:
    """A leave. Raises LeaveRefused."""
    if not leave.start < leave.end <= leave.start + LONGEST_LEAVE:
        raise LeaveRefused
    return leave


def checked_feedback(text: str) -> str:
    """Feedback without white space around it. Raises FeedbackRefused."""
    stripped = text.strip()
    if len(stripped) > LONGEST_FEEDBACK or "\x00" in stripped:
        raise FeedbackRefused
    return stripped
