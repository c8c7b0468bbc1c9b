from datetime import datetime
from typing import Any, Final

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.events.book import EventBook, SessionPlan, parsed
from backend.events.rules import EndedBy, EventStatus, Kind, PointsState, SessionStatus, Status
from backend.kit.columns import Id, Json, code, document
from backend.kit.db import Model
from backend.kit.ids import new_id

CODE_DIGITS: Final = 10  # an even count, as rotating codes want
TAKING: Final = ("registered", "attended", "no-show")  # what takes places of a session
OPEN: Final = ("registered", "waiting")
LONGEST_REASON: Final = 100
LONGEST_COMMENT: Final = 500


class Event(Model):
    """An event, as its newest version says. It begins with its first session and is over with its last."""

    __tablename__ = "events"
    __table_args__ = (
        UniqueConstraint("code"),
        Index(None, "status", "starts_at", "id"),
        CheckConstraint("status IN ('draft', 'published', 'ended', 'cancelled')", name="status_known"),
        CheckConstraint("starts_at < ends_at", name="starts_before_it_ends"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    kind: Mapped[Kind] = mapped_column(code(16))
    title: Mapped[str] = mapped_column(String(40))
    definition: Mapped[dict[str, Any]] = mapped_column(Json)
    version: Mapped[int]
    status: Mapped[EventStatus] = mapped_column(code(16))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    reason: Mapped[str | None] = mapped_column(String(LONGEST_REASON))
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    code: Mapped[str] = mapped_column(code(32))  # last: it hides the function

    @property
    def book(self) -> EventBook:
        """What it says."""
        return parsed(self.definition)

    def plan(self, key: str) -> SessionPlan:
        """What it says of one of its sessions."""
        return next(plan for plan in self.book.sessions if plan.key == key)


class EventVersion(Model):
    """What an event said from a change on, and who changed it; only ever added to."""

    __tablename__ = "event_versions"

    event_id: Mapped[int] = mapped_column(Id, ForeignKey("events.id"), primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    definition: Mapped[dict[str, Any]] = mapped_column(Json)
    by: Mapped[str] = mapped_column(code(32))
    at: Mapped[datetime]


class EventSession(Model):
    """One time and place of an event. Who changes what of its registrations takes places locks this row before.

    `taken` counts the heads of who is registered, came or stayed away; `waiting` the registrations that wait. `version`
    rises when its time or place changes; `news_due` until all who are concerned were told. At `deadline_at` members may
    not cancel freely any more. It is settled when nothing is left to be done for anybody.
    """

    __tablename__ = "event_sessions"
    __table_args__ = (
        UniqueConstraint("event_id", "key"),
        Index(None, "settled_at", "starts_at"),
        Index(None, "store_id", "event_id"),
        CheckConstraint("status IN ('open', 'cancelled', 'over')", name="status_known"),
        CheckConstraint("starts_at < ends_at", name="starts_before_it_ends"),
        CheckConstraint("taken >= 0 AND (capacity IS NULL OR taken <= capacity)", name="taken_within_capacity"),
        CheckConstraint("waiting >= 0 AND last_number >= 0", name="counts_not_negative"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    event_id: Mapped[int] = mapped_column(Id, ForeignKey("events.id"))
    key: Mapped[str] = mapped_column(code(32))
    title: Mapped[str] = mapped_column(String(40))
    store_id: Mapped[int | None] = mapped_column(Id, ForeignKey("stores.id"))
    place: Mapped[str] = mapped_column(String(40))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    deadline_at: Mapped[datetime]
    capacity: Mapped[int | None]
    taken: Mapped[int] = mapped_column(default=0)
    waiting: Mapped[int] = mapped_column(default=0)
    last_number: Mapped[int] = mapped_column(default=0)
    status: Mapped[SessionStatus] = mapped_column(code(16), default="open")
    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[datetime]
    change: Mapped[str] = mapped_column(String(LONGEST_REASON), default="")
    news_due: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str | None] = mapped_column(String(LONGEST_REASON))
    settled_at: Mapped[datetime | None]

    @property
    def left(self) -> int | None:
        """How many may still come; None where nobody counts. Nobody overtakes who waits."""
        if self.capacity is None:
            return None
        return 0 if self.waiting else self.capacity - self.taken


class Registration(Model):
    """A member's registration for a session, `number`-th of it, with companions: served in that order.

    `code` is what a till types and what the rotating code stands for. `points` are held or spent as `points_state`
    says. `active_of` is the member while nobody may register them again.
    `answers_sealed` are sealed for `event_registrations.answers:ID`. `session_version` is the one registered for,
    `told_version` the last one told of; reminders were `told_for` a beginning. `arrivals` counts how often they came
    in, with what was undone. `coupon_id` was given for registering, `reward_coupon_id` for coming.
    """

    __tablename__ = "event_registrations"
    __table_args__ = (
        UniqueConstraint("code"),
        UniqueConstraint("session_id", "number"),
        UniqueConstraint("session_id", "active_of"),
        Index(None, "session_id", "status", "number"),
        Index(None, "session_id", "status", "member_id"),
        Index(None, "member_id", "id"),
        Index(None, "event_id", "id"),
        CheckConstraint(
            "status IN ('registered', 'waiting', 'attended', 'no-show', 'cancelled', 'lapsed')", name="status_known"
        ),
        CheckConstraint("companions >= 0 AND points >= 0 AND number >= 1", name="counts_sound"),
        CheckConstraint("(points = 0) = (points_state = 'none')", name="points_have_a_state"),
        CheckConstraint("status NOT IN ('cancelled', 'lapsed') OR active_of IS NULL", name="ended_is_free"),
        CheckConstraint("(status = 'attended') = (attended_at IS NOT NULL)", name="attended_once"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    event_id: Mapped[int] = mapped_column(Id, ForeignKey("events.id"))
    session_id: Mapped[int] = mapped_column(Id, ForeignKey("event_sessions.id"))
    member_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"))
    active_of: Mapped[int | None] = mapped_column(Id)
    number: Mapped[int]
    companions: Mapped[int]
    status: Mapped[Status] = mapped_column(code(16))
    points: Mapped[int]
    points_state: Mapped[PointsState] = mapped_column(code(16))
    answers_sealed: Mapped[bytes | None] = mapped_column(document())
    event_version: Mapped[int]
    session_version: Mapped[int]
    told_version: Mapped[int]
    tomorrow_told_for: Mapped[datetime | None]
    soon_told_for: Mapped[datetime | None]
    thanked: Mapped[bool] = mapped_column(default=False)
    coupon_id: Mapped[int | None] = mapped_column(Id)
    reward_coupon_id: Mapped[int | None] = mapped_column(Id)
    registered_at: Mapped[datetime]
    moved_up_at: Mapped[datetime | None]
    attended_at: Mapped[datetime | None]
    attended_store_id: Mapped[int | None] = mapped_column(Id, ForeignKey("stores.id"))
    arrivals: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[EndedBy | None] = mapped_column(code(16))
    reason: Mapped[str | None] = mapped_column(String(LONGEST_REASON))
    excused_at: Mapped[datetime | None]
    code: Mapped[str] = mapped_column(code(CODE_DIGITS))  # last: it hides the function

    @property
    def heads(self) -> int:
        """How many come."""
        return 1 + self.companions


class Feedback(Model):
    """What who came thought of it."""

    __tablename__ = "event_feedback"
    __table_args__ = (
        UniqueConstraint("registration_id"),
        Index(None, "event_id", "id"),
        CheckConstraint("rating >= 1 AND rating <= 5", name="rating_in_stars"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    registration_id: Mapped[int] = mapped_column(Id, ForeignKey("event_registrations.id"))
    event_id: Mapped[int] = mapped_column(Id, ForeignKey("events.id"))
    rating: Mapped[int]
    comment: Mapped[str] = mapped_column(Text)
    given_at: Mapped[datetime]


class EventDecision(Model):
    """What an operator did with an event, one of its sessions or a registration, and why; only ever added to."""

    __tablename__ = "event_decisions"
    __table_args__ = (Index(None, "event_id", "id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    event_id: Mapped[int] = mapped_column(Id, ForeignKey("events.id"))
    session_id: Mapped[int | None] = mapped_column(Id)
    registration_id: Mapped[int | None] = mapped_column(Id)
    deed: Mapped[str] = mapped_column(code(16))
    reason: Mapped[str] = mapped_column(String(LONGEST_REASON))
    by: Mapped[str] = mapped_column(code(32))
    at: Mapped[datetime]
