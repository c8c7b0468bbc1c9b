"""Services, their staff and appointments, told shortly. Everybody works from 10 to 18 on Monday, 2 March 2026."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from backend import bookings, stores
from backend.bookings import Booking, Course, Plan, Service, Wish
from tests.factories.benefits import benefit, offer
from tests.factories.stores import make_store
from tests.support.clocks import MORNING

TEN = datetime(2026, 3, 2, 2, 0, tzinfo=MORNING.tzinfo)  # 10:00 in Shanghai, the day after MORNING
MONDAY = TEN.date()
HOUR = timedelta(hours=1)
SHOPPER = "shopper"
WEEK = [(weekday, 600, 1080) for weekday in range(7)]

_numbers = count(1)


def shopping(**parts: Any) -> dict[str, Any]:
    """A personal shopper, twice a month."""
    quotas = {"basic": {"amount": 2, "per": "month"}, "silver": {"amount": 5, "per": "month"}}
    return benefit(SHOPPER, "booking", name="私人导购", quotas=quotas) | parts


def advising(**parts: Any) -> dict[str, Any]:
    """A dedicated adviser."""
    return benefit("adviser", "adviser", name="专属顾问", quotas={"basic": {"per": "year"}}) | parts


def make_colleague(session: Session, store_id: int, *, name: str = "李婷", phone: str | None = None) -> int:
    """The id of somebody of a store who takes appointments."""
    staff = stores.create_staff(session, store_id, code=f"G{next(_numbers)}", name=name, role="guide")
    session.flush()
    bookings.open_calendar(session, staff.id, phone=phone)
    bookings.set_hours(session, staff.id, WEEK)
    session.flush()
    return staff.id


def make_service(session: Session, *, staff: int = 1, listed: bool = True, **parts: Any) -> Service:
    """A service of an hour, with a quarter between, that so many people can do."""
    if listed:
        offer(session, shopping(), advising())
    store = make_store(session)
    course = Course(parts.pop("minutes", 60), parts.pop("buffer_minutes", 15), parts.pop("step_minutes", 30))
    plan = Plan(
        **{"code": f"service-{next(_numbers)}", "name": "私人导购一小时", "benefit": SHOPPER, "course": course} | parts
    )
    service = bookings.add_service(session, plan, store_id=store.id, now=MORNING)
    bookings.set_staff(session, service.code, [make_colleague(session, store.id) for _ in range(staff)])
    session.flush()
    return service


def make_booking(
    session: Session,
    member_id: int,
    service: Service,
    at: datetime = TEN,
    *,
    staff_id: int | None = None,
    now: datetime = MORNING,
) -> Booking:
    """An appointment of a member."""
    wish = Wish(at, staff_id)
    return bookings.book(session, member_id, benefit=service.benefit, service_id=service.id, wish=wish, now=now)
