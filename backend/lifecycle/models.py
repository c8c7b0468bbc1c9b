from datetime import datetime
from typing import Any, Literal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.kit.columns import Id, Json, code
from backend.kit.db import Model
from backend.kit.ids import new_id
from backend.lifecycle.rules import LONGEST_REASON

ClosureStatus = Literal["running", "taken-back", "done"]


class MemberMerge(Model):
    """Two members became one: who, why, by whose hand, and what passed from the one to the other. Never changed."""

    __tablename__ = "member_merges"
    __table_args__ = (
        Index(None, "into_id"),
        CheckConstraint("points >= 0 AND debt >= 0 AND pending >= 0", name="moved_not_negative"),
        CheckConstraint("gone_id <> into_id", name="two_members"),
    )

    gone_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"), primary_key=True, autoincrement=False)
    into_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"))
    merged_by: Mapped[str] = mapped_column(code(32))
    reason: Mapped[str] = mapped_column(String(LONGEST_REASON))
    points: Mapped[int] = mapped_column(Id)
    debt: Mapped[int] = mapped_column(Id)
    pending: Mapped[int] = mapped_column(Id)
    figures: Mapped[dict[str, Any]] = mapped_column(Json)
    at: Mapped[datetime]


class Closure(Model):
    """A member's wish to leave: running until `closes_at`, unless it is taken back. `running_for` is the member then.

    `asked_by` is an operator's login, null when the member asked. What was lost is known when it is done.
    """

    __tablename__ = "membership_closures"
    __table_args__ = (
        UniqueConstraint("running_for"),
        Index(None, "status", "closes_at"),
        Index(None, "member_id"),
        CheckConstraint("status IN ('running', 'taken-back', 'done')", name="status_known"),
        CheckConstraint("(status = 'running') = (running_for IS NOT NULL)", name="one_runs"),
        CheckConstraint("(status = 'running') = (ended_at IS NULL)", name="ended_once"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    member_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"))
    running_for: Mapped[int | None] = mapped_column(Id)
    status: Mapped[ClosureStatus] = mapped_column(code(16), default="running")
    asked_by: Mapped[str | None] = mapped_column(code(32))
    reason: Mapped[str] = mapped_column(String(LONGEST_REASON))
    asked_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    points: Mapped[int | None] = mapped_column(Id)
    pending: Mapped[int | None] = mapped_column(Id)
    debt: Mapped[int | None] = mapped_column(Id)
