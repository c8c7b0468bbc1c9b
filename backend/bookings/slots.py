"""When a service can be had on a day, and of whom."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import stores
from backend.bookings.errors import OutOfWindow, ServiceUnknown
from backend.bookings.models import Booking, Calendar, Grain, Hours, Leave, Service, ServiceStaff
from backend.bookings.rules import Course, Span, free_starts, opened
from backend.kit.calendar import day_end, day_start, shop_day


@dataclass(frozen=True)
class Slot:
    """A time at which a service can begin, and who is free for it."""

    starts_at: datetime
    ends_at: datetime
    staff: tuple[int, ...]


def slots(session: Session, service_id: int, *, benefit: str, day: date, now: datetime) -> list[Slot]:
    """When a service can be had on a shop day; nothing out of the days it can be booked for. Four statements.

    Raises ServiceUnknown.
    """
    service = offered(session, service_id, benefit=benefit)
    if not shop_day(now) <= day <= shop_day(now) + timedelta(days=service.days_ahead):
        return []
    free = free_of(session, service, staff_of(session, service), day=day, now=now)
    starts: dict[datetime, list[int]] = defaultdict(list)
    for staff_id, times in free.items():
        for start in times:
            starts[start].append(staff_id)
    end = timedelta(minutes=service.minutes)
    return [Slot(start, start + end, tuple(starts[start])) for start in sorted(starts)]


def offered(session: Session, service_id: int, *, benefit: str | None = None) -> Service:
    """A service that is offered, of a benefit. Raises ServiceUnknown."""
    service = session.get(Service, service_id)
    if service is None or not service.active or benefit not in {None, service.benefit}:
        raise ServiceUnknown
    return service


def staff_of(session: Session, service: Service) -> list[int]:
    """Who does a service, by id."""
    mine = select(ServiceStaff.staff_id).join(Calendar, Calendar.staff_id == ServiceStaff.staff_id)
    mine = mine.where(ServiceStaff.service_id == service.id, Calendar.left_at.is_(None))
    return list(session.scalars(mine.order_by(ServiceStaff.staff_id)))


def free_of(
    session: Session,
    service: Service,
    staff: Collection[int],
    *,
    day: date,
    now: datetime,
    but_for: int | None = None,
) -> dict[int, list[datetime]]:
    """When each of some staff can begin a service on a shop day; what `but_for` takes counts as free."""
    course, end = course_of(service), day_end(day)
    hours = _hours(session, staff, day)
    away = _away(session, staff, Span(day_start(day), end))
    # what begins late may go on into the next day
    taken = _taken(session, staff, Span(day_start(day), end + timedelta(days=1)), but_for)
    earliest = now + timedelta(minutes=service.lead_minutes)
    return {
        one: list(free_starts(opened(day, hours[one]), away[one], taken[one], course, earliest=earliest))
        for one in staff
    }


def fairest(session: Session, staff: Sequence[int], *, day: date) -> int:
    """Who is given an appointment of those who are free: who has the fewest that day, then that month, then by id."""
    month = day.replace(day=1)
    rows = session.execute(
        select(Booking.staff_id, Booking.starts_at)
        .where(Booking.staff_id.in_(staff), Booking.status != "cancelled")
        .where(Booking.starts_at >= day_start(month), Booking.starts_at < day_start(month + timedelta(days=32)))
    )
    times: dict[int, list[date]] = defaultdict(list)
    for staff_id, at in rows:
        times[staff_id].append(shop_day(at))
    return min(staff, key=lambda one: (times[one].count(day), len(times[one]), one))


def check_window(service: Service, starts_at: datetime, *, now: datetime) -> None:
    """Raises OutOfWindow for a time that is too soon or too far ahead."""
    last = shop_day(now) + timedelta(days=service.days_ahead)
    if starts_at < now + timedelta(minutes=service.lead_minutes) or shop_day(starts_at) > last:
        raise OutOfWindow


def course_of(service: Service) -> Course:
    """How long a service takes."""
    return Course(service.minutes, service.buffer_minutes, service.step_minutes)


def names_of(session: Session, found: Sequence[Slot]) -> dict[int, str]:
    """The names of all who are free in some slots."""
    return stores.staff_names(session, {one for slot in found for one in slot.staff})


def _hours(session: Session, staff: Collection[int], day: date) -> dict[int, list[tuple[int, int]]]:
    rows = session.scalars(select(Hours).where(Hours.staff_id.in_(staff), Hours.weekday == day.weekday()))
    hours: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for row in rows:
        hours[row.staff_id].append((row.from_minute, row.to_minute))
    return hours


def _away(session: Session, staff: Collection[int], span: Span) -> dict[int, list[Span]]:
    rows = select(Leave).where(Leave.staff_id.in_(staff), Leave.until_at > span.start, Leave.from_at < span.end)
    away: dict[int, list[Span]] = defaultdict(list)
    for row in session.scalars(rows):
        away[row.staff_id].append(Span(row.from_at, row.until_at))
    return away


def _taken(session: Session, staff: Collection[int], span: Span, but_for: int | None) -> dict[int, set[datetime]]:
    rows = select(Grain.staff_id, Grain.starts_at).where(Grain.staff_id.in_(staff), Grain.starts_at >= span.start)
    rows = rows.where(Grain.starts_at < span.end)
    if but_for is not None:
        rows = rows.where(Grain.booking_id != but_for)
    taken: dict[int, set[datetime]] = defaultdict(set)
    for staff_id, at in session.execute(rows):
        taken[staff_id].add(at)
    return taken
