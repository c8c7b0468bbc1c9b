"""What can be booked, by whom it is done, and when they are there: said by operators."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from backend import benefits, members, stores
from backend.bookings.errors import (
    LeaveUnknown,
    ServiceRefused,
    ServiceTaken,
    ServiceUnknown,
    StaffNotOfStore,
)
from backend.bookings.models import Adviser, Booking, Calendar, Hours, Leave, Service, ServiceStaff
from backend.bookings.rules import (
    BOOKED,
    MOST_CANCEL_HOURS,
    MOST_DAYS_AHEAD,
    Course,
    Span,
    checked_course,
    checked_hours,
    checked_leave,
)
from backend.kit.ids import new_id
from backend.kit.pii import vault
from backend.members import is_plain

LONGEST_NAME = 40
LONGEST_CODE = 32
LARGEST_LIST = 1000


@dataclass(frozen=True)
class Plan:
    """A service as it is described: its code and name, the benefit that it is a way to use, and how it is booked."""

    code: str
    name: str
    benefit: str
    course: Course
    lead_minutes: int = 120
    days_ahead: int = 30
    cancel_hours: int = 24


@dataclass(frozen=True)
class LeftBehind:
    """What somebody who left has still to hand over: members to advise, and appointments to come."""

    advised: int
    bookings: int


def add_service(session: Session, plan: Plan, *, store_id: int, now: datetime) -> Service:
    """Offer a service in a store, of a benefit of the catalogue in force. Raises ServiceRefused, ServiceTaken,
    benefits.BenefitUnknown, stores.StoreUnknown.
    """
    course = _checked(session, plan, now=now)
    stores.get_store(session, store_id)
    if session.scalar(select(Service.id).where(Service.code == plan.code)) is not None:
        raise ServiceTaken
    service = Service(
        id=new_id(),
        code=plan.code,
        name=plan.name.strip(),
        benefit=plan.benefit,
        store_id=store_id,
        lead_minutes=plan.lead_minutes,
        days_ahead=plan.days_ahead,
        cancel_hours=plan.cancel_hours,
        active=True,
        created_at=now,
        **vars(course),
    )
    session.add(service)
    session.flush()  # who does it refers to it
    return service


def offer(session: Session, code: str, *, active: bool) -> Service:
    """Take a service off, or offer it again; appointments that were made stay. Raises ServiceUnknown."""
    service = service_by_code(session, code)
    service.active = active
    return service


def set_staff(session: Session, code: str, staff_ids: Sequence[int]) -> Service:
    """Say who can do a service, all of them. Raises ServiceUnknown, StaffNotOfStore."""
    service = service_by_code(session, code)
    here = select(Calendar.staff_id).join(stores.Staff, stores.Staff.id == Calendar.staff_id)
    here = here.where(stores.Staff.store_id == service.store_id, Calendar.left_at.is_(None))
    known = set(session.scalars(here.where(Calendar.staff_id.in_(set(staff_ids)))))
    if known != set(staff_ids):
        raise StaffNotOfStore
    session.execute(delete(ServiceStaff).where(ServiceStaff.service_id == service.id))
    session.add_all(ServiceStaff(service_id=service.id, staff_id=one) for one in sorted(known))
    return service


def open_calendar(session: Session, staff_id: int, *, phone: str | None = None) -> Calendar:
    """Let somebody take appointments and advise members, from now on (again), reached by a work phone, if any.

    Raises members.PhoneRefused.
    """
    row = session.get(Calendar, staff_id, with_for_update=True, populate_existing=True)
    if row is None:
        row = Calendar(staff_id=staff_id)
        session.add(row)
    row.left_at = None
    normal = members.normal_phone(phone) if phone else None
    row.phone_sealed = vault(session).seal(normal, phone_place(staff_id)) if normal else None
    session.flush()  # hours refer to it
    return row


def close_calendar(session: Session, staff_id: int, *, now: datetime) -> LeftBehind:
    """Somebody leaves: takes no appointments any more and is given no members. Answers what is to be handed over.

    Raises StaffNotOfStore.
    """
    row = locked_calendar(session, staff_id)
    if row.left_at is None:
        row.left_at = now
    session.execute(delete(ServiceStaff).where(ServiceStaff.staff_id == staff_id))
    advised = select(func.count()).where(Adviser.staff_id == staff_id, Adviser.adviser_of.is_not(None))
    ahead = select(func.count()).where(Booking.staff_id == staff_id, Booking.status == BOOKED, Booking.starts_at > now)
    return LeftBehind(session.scalar(advised) or 0, session.scalar(ahead) or 0)


def set_hours(session: Session, staff_id: int, hours: Sequence[tuple[int, int, int]]) -> None:
    """Say somebody's weekly hours (weekday, from, to in minutes), all of them; appointments that were made stay.

    Raises HoursRefused, StaffNotOfStore.
    """
    ordered = checked_hours(hours)
    locked_calendar(session, staff_id)
    session.execute(delete(Hours).where(Hours.staff_id == staff_id))
    session.add_all(
        Hours(staff_id=staff_id, weekday=weekday, from_minute=begin, to_minute=end) for weekday, begin, end in ordered
    )


def add_leave(session: Session, staff_id: int, span: Span, *, by: str, reason: str, now: datetime) -> list[Booking]:
    """Somebody is away; nothing is booked then any more. Answers the appointments in that time, which are to be moved
    or cancelled. Raises LeaveRefused, benefits.ReasonRefused, StaffNotOfStore.
    """
    checked_leave(span)
    locked_calendar(session, staff_id)
    words = benefits.checked_reason(reason)
    leave = Leave(staff_id=staff_id, from_at=span.start, until_at=span.end, reason=words, noted_by=by, noted_at=now)
    session.add(leave)
    hit = select(Booking).where(Booking.staff_id == staff_id, Booking.status == BOOKED)
    hit = hit.where(Booking.starts_at < span.end, Booking.ends_at > span.start)
    return list(session.scalars(hit.order_by(Booking.starts_at).limit(LARGEST_LIST)))


def drop_leave(session: Session, leave_id: int) -> None:
    """Somebody is there after all. Raises LeaveUnknown."""
    leave = session.get(Leave, leave_id)
    if leave is None:
        raise LeaveUnknown
    session.delete(leave)


def leaves(session: Session, staff_id: int, *, now: datetime) -> Sequence[Leave]:
    """Somebody's leaves that are not over, the nearest first."""
    mine = select(Leave).where(Leave.staff_id == staff_id, Leave.until_at > now)
    return session.scalars(mine.order_by(Leave.until_at).limit(LARGEST_LIST)).all()


def service_by_code(session: Session, code: str) -> Service:
    """The service with this code, offered or not. Raises ServiceUnknown."""
    service = session.scalar(select(Service).where(Service.code == code))
    if service is None:
        raise ServiceUnknown
    return service


def services(session: Session, *, benefit: str | None = None) -> Sequence[Service]:
    """Services by code, a thousand at most; those of a benefit only as far as they are offered."""
    listed = select(Service).order_by(Service.code).limit(LARGEST_LIST)
    if benefit is not None:
        listed = listed.where(Service.benefit == benefit, Service.active)
    return session.scalars(listed).all()


def locked_calendar(session: Session, staff_id: int) -> Calendar:
    """Somebody's calendar, locked. Raises StaffNotOfStore."""
    row = session.get(Calendar, staff_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise StaffNotOfStore
    return row


def phone_place(staff_id: int) -> str:
    """Where a work phone is sealed for; it opens nowhere else."""
    return f"booking_calendars.phone:{staff_id}"


def _checked(session: Session, plan: Plan, *, now: datetime) -> Course:
    name = plan.name.strip()
    if not is_plain(name) or not 1 <= len(name) <= LONGEST_NAME:
        raise ServiceRefused(reason=f"名称须为 1 至 {LONGEST_NAME} 个字符")
    if not 1 <= len(plan.code) <= LONGEST_CODE or not plan.code.isascii() or not plan.code.isprintable():
        raise ServiceRefused(reason=f"代码须为 1 至 {LONGEST_CODE} 个字符")
    if not 0 <= plan.days_ahead <= MOST_DAYS_AHEAD or not 0 <= plan.cancel_hours <= MOST_CANCEL_HOURS:
        raise ServiceRefused(reason="可预约天数或取消时限超出范围")
    if plan.lead_minutes < 0:
        raise ServiceRefused(reason="提前时间不能为负")
    found, _ = benefits.of_catalogue(session, plan.benefit, now=now)
    if found.kind not in benefits.BOOKED:
        raise ServiceRefused(reason="该权益不可预约")
    return checked_course(plan.course)
