from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.bookings.rules import BOOKED, GRAIN_MINUTES, Status
from backend.kit.columns import Id, Sealed, SealedText, code
from backend.kit.db import Model
from backend.kit.ids import new_id

LONGEST_REASON = 200


class Service(Model):
    """What can be had by appointment in a store, as a way to use a benefit.

    It takes so many minutes, and so many more until its staff can begin the next; it begins every `step_minutes`. It is
    booked from `lead_minutes` to `days_ahead` ahead, and cancelled by members without loss until `cancel_hours` before.
    """

    __tablename__ = "booking_services"
    __table_args__ = (
        UniqueConstraint("code"),
        Index(None, "benefit", "store_id"),
        CheckConstraint("minutes >= 1 AND buffer_minutes >= 0 AND step_minutes >= 1", name="minutes_counted"),
        CheckConstraint(
            f"minutes % {GRAIN_MINUTES} = 0 AND buffer_minutes % {GRAIN_MINUTES} = 0"
            f" AND step_minutes % {GRAIN_MINUTES} = 0",
            name="whole_grains",
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    benefit: Mapped[str] = mapped_column(code(32))
    name: Mapped[str] = mapped_column(String(40))
    store_id: Mapped[int] = mapped_column(Id, ForeignKey("stores.id"))
    minutes: Mapped[int]
    buffer_minutes: Mapped[int]
    step_minutes: Mapped[int]
    lead_minutes: Mapped[int]
    days_ahead: Mapped[int]
    cancel_hours: Mapped[int]
    active: Mapped[bool]
    created_at: Mapped[datetime]
    code: Mapped[str] = mapped_column(code(32))  # last: it hides the function


class ServiceStaff(Model):
    """Who can do a service."""

    __tablename__ = "booking_service_staff"
    __table_args__ = (Index(None, "staff_id"),)

    service_id: Mapped[int] = mapped_column(
        Id, ForeignKey("booking_services.id"), primary_key=True, autoincrement=False
    )
    staff_id: Mapped[int] = mapped_column(Id, ForeignKey("staff.id"), primary_key=True, autoincrement=False)


class Calendar(Model):
    """Somebody of the staff who takes appointments or advises members. The row is the lock of the calendar.

    The work phone is sealed for `booking_calendars.phone:<staff id>`; members are shown it, where there is one.
    """

    __tablename__ = "booking_calendars"

    staff_id: Mapped[int] = mapped_column(Id, ForeignKey("staff.id"), primary_key=True, autoincrement=False)
    phone_sealed: Mapped[bytes | None] = mapped_column(Sealed)
    left_at: Mapped[datetime | None]


class Hours(Model):
    """Weekly hours, in minutes of the shop's day; Monday is 0."""

    __tablename__ = "booking_hours"
    __table_args__ = (
        CheckConstraint("weekday >= 0 AND weekday <= 6", name="weekday_known"),
        CheckConstraint("from_minute >= 0 AND from_minute < to_minute AND to_minute <= 1440", name="within_a_day"),
    )

    staff_id: Mapped[int] = mapped_column(
        Id, ForeignKey("booking_calendars.staff_id"), primary_key=True, autoincrement=False
    )
    weekday: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    from_minute: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    to_minute: Mapped[int]


class Leave(Model):
    """When somebody is away, against the weekly hours."""

    __tablename__ = "booking_leaves"
    __table_args__ = (
        Index(None, "staff_id", "until_at"),
        CheckConstraint("from_at < until_at", name="begins_before_it_ends"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    staff_id: Mapped[int] = mapped_column(Id, ForeignKey("booking_calendars.staff_id"))
    from_at: Mapped[datetime]
    until_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(LONGEST_REASON))
    noted_by: Mapped[str] = mapped_column(code(32))
    noted_at: Mapped[datetime]


class Booking(Model):
    """An appointment of a member with somebody of the staff. `use_id` is the use of the benefit, while it counts.

    `moves` counts how often it was moved; a reminder that is not wanted counts as given. Feedback is sealed for
    `bookings.feedback:<id>`.
    """

    __tablename__ = "bookings"
    __table_args__ = (
        Index(None, "member_id", "id"),
        Index(None, "store_id", "starts_at"),
        Index(None, "staff_id", "starts_at"),
        Index(None, "status", "starts_at"),
        CheckConstraint("status IN ('booked', 'cancelled', 'done', 'no-show')", name="status_known"),
        CheckConstraint("(status = 'booked') = (ended_at IS NULL)", name="ended_once"),
        CheckConstraint("starts_at < ends_at", name="begins_before_it_ends"),
        CheckConstraint("rating >= 1 AND rating <= 5", name="rating_of_five"),
        CheckConstraint("(rating IS NULL) = (rated_at IS NULL)", name="rated_once"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    member_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"))
    service_id: Mapped[int] = mapped_column(Id, ForeignKey("booking_services.id"))
    store_id: Mapped[int] = mapped_column(Id, ForeignKey("stores.id"))
    staff_id: Mapped[int] = mapped_column(Id, ForeignKey("booking_calendars.staff_id"))
    benefit: Mapped[str] = mapped_column(code(32))
    service_name: Mapped[str] = mapped_column(String(40))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    cancel_until: Mapped[datetime]
    status: Mapped[Status] = mapped_column(code(16), default=BOOKED)
    use_id: Mapped[int | None] = mapped_column(Id, ForeignKey("benefit_uses.id"))
    moves: Mapped[int] = mapped_column(default=0)
    booked_at: Mapped[datetime]
    day_reminder_at: Mapped[datetime | None]
    hours_reminder_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(code(40))
    reason: Mapped[str | None] = mapped_column(String(LONGEST_REASON))
    rating: Mapped[int | None]
    feedback_sealed: Mapped[bytes | None] = mapped_column(SealedText)
    rated_at: Mapped[datetime | None]


class Grain(Model):
    """A quarter of an hour of somebody of the staff that an appointment takes; the keys say it: nobody is booked twice.

    In the time between appointments (`member_id` null) the member is free.
    """

    __tablename__ = "booking_grains"
    __table_args__ = (UniqueConstraint("member_id", "starts_at"), Index(None, "booking_id"))

    staff_id: Mapped[int] = mapped_column(
        Id, ForeignKey("booking_calendars.staff_id"), primary_key=True, autoincrement=False
    )
    starts_at: Mapped[datetime] = mapped_column(primary_key=True)
    member_id: Mapped[int | None] = mapped_column(Id, ForeignKey("members.id"))
    booking_id: Mapped[int] = mapped_column(Id, ForeignKey("bookings.id"))


class Adviser(Model):
    """Who advises a member, from when until when; `adviser_of` is the member while it lasts, so that there is one."""

    __tablename__ = "member_advisers"
    __table_args__ = (
        UniqueConstraint("adviser_of"),
        Index(None, "member_id", "id"),
        Index(None, "staff_id", "adviser_of"),
        CheckConstraint("adviser_of IS NULL OR adviser_of = member_id", name="of_its_member"),
        CheckConstraint("(adviser_of IS NULL) = (until_at IS NOT NULL)", name="ended_once"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    member_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"))
    adviser_of: Mapped[int | None] = mapped_column(Id)
    staff_id: Mapped[int] = mapped_column(Id, ForeignKey("booking_calendars.staff_id"))
    from_at: Mapped[datetime]
    until_at: Mapped[datetime | None]
    assigned_by: Mapped[str] = mapped_column(code(32))
    reason: Mapped[str] = mapped_column(String(LONGEST_REASON))
