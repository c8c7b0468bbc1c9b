from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.kit.columns import Id, Json, code
from backend.kit.db import Model
from backend.kit.ids import new_id

Kind = Literal["ordinary", "place", "made-up"]


class CheckIn(Model):
    """One member's visit on one shop day. Clustered by member: a calendar reads neighbouring rows.

    At a place it has a store, and whether the phone was `near` it where that was asked; of a day that was made up it
    says when that was (`made_on`), and for how many points or by a free chance. `book_version` judged it.
    """

    __tablename__ = "check_ins"
    __table_args__ = (
        CheckConstraint("streak >= 1", name="streak_counts_today"),
        CheckConstraint("points >= 0", name="points_not_negative"),
        CheckConstraint("price >= 0", name="price_not_negative"),
        CheckConstraint("kind IN ('ordinary', 'place', 'made-up')", name="kind_known"),
        CheckConstraint("(kind = 'made-up') = (made_on IS NOT NULL)", name="made_up_on_a_day"),
        CheckConstraint("(kind = 'place') = (store_id IS NOT NULL)", name="place_is_a_store"),
        {"sqlite_with_rowid": False},
    )

    member_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    streak: Mapped[int]
    points: Mapped[int]
    kind: Mapped[Kind] = mapped_column(code(16), default="ordinary", server_default="ordinary")
    store_id: Mapped[int | None] = mapped_column(Id, ForeignKey("stores.id"))
    near: Mapped[bool | None]
    made_on: Mapped[date | None]
    price: Mapped[int] = mapped_column(default=0, server_default="0")
    by_chance: Mapped[bool] = mapped_column(default=False, server_default="0")
    book_version: Mapped[int] = mapped_column(default=1, server_default="1")


class StepReward(Model):
    """A step that was reached and what it gave, by which version of the book: once, whatever the rules say later.

    `cycle` begins the streak, week or month, or is the special day; `reached_on` is the day whose visit was the
    `step`-th. To whom it was given stays when two members become one.
    """

    __tablename__ = "check_in_rewards"
    __table_args__ = (
        UniqueConstraint("given_to", "kind", "cycle", "step"),
        Index(None, "member_id", "reached_on"),
        CheckConstraint("kind IN ('streak', 'week', 'month', 'special')", name="kind_known"),
        CheckConstraint("points >= 0", name="points_not_negative"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    member_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"))
    given_to: Mapped[int] = mapped_column(Id)
    kind: Mapped[Literal["streak", "week", "month", "special"]] = mapped_column(code(16))
    cycle: Mapped[date]
    step: Mapped[int]
    reached_on: Mapped[date]
    points: Mapped[int]
    coupons: Mapped[list[str]] = mapped_column(Json)
    tickets: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    book_version: Mapped[int]
    at: Mapped[datetime]


class ReminderWish(Model):
    """A member who wants to be reminded, on days without a check-in."""

    __tablename__ = "check_in_reminders"

    member_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"), primary_key=True, autoincrement=False)
    asked_at: Mapped[datetime]
