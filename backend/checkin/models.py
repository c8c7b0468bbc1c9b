from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from backend.kit.columns import Id
from backend.kit.db import Model


class CheckIn(Model):
    """One member's visit on one shop day. Clustered by member: a calendar reads neighbouring rows."""

    __tablename__ = "check_ins"
    __table_args__ = (
        CheckConstraint("streak >= 1", name="streak_counts_today"),
        CheckConstraint("points >= 0", name="points_not_negative"),
        {"sqlite_with_rowid": False},
    )

    member_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    streak: Mapped[int]
    points: Mapped[int]


class ReminderWish(Model):
    """A member who wants to be reminded, on days without a check-in."""

    __tablename__ = "check_in_reminders"

    member_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"), primary_key=True, autoincrement=False)
    asked_at: Mapped[datetime]
