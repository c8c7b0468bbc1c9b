from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.adjustments.rules import LONGEST_NOTE, LONGEST_WORDS
from backend.kit.columns import Id, code
from backend.kit.db import Model
from backend.kit.ids import new_id


class Adjustment(Model):
    """Points asked for by hand: given (`amount` above 0) or taken (below 0).

    `decided_by` let them move (the asker within the own limit, else the second pair of eyes), refused or withdrew;
    nobody decided what lapsed.
    """

    __tablename__ = "adjustments"
    __table_args__ = (
        UniqueConstraint("asked_by", "request_key"),
        Index(None, "status", "id"),
        Index(None, "status", "lapses_at"),
        Index(None, "member_id", "id"),
        CheckConstraint("amount <> 0", name="amount_not_zero"),
        CheckConstraint(
            "status IN ('waiting', 'applied', 'refused', 'withdrawn', 'lapsed', 'reversed')", name="status_known"
        ),
        CheckConstraint("(status = 'waiting') = (decided_at IS NULL)", name="decided_once"),
        CheckConstraint("(status = 'reversed') = (reversed_at IS NOT NULL)", name="reversed_once"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, default=new_id)
    member_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"))
    amount: Mapped[int] = mapped_column(Id)
    reason_code: Mapped[str] = mapped_column(code(32))
    reason_words: Mapped[str] = mapped_column(String(LONGEST_WORDS))
    note: Mapped[str] = mapped_column(String(LONGEST_NOTE))
    book_version: Mapped[int]
    status: Mapped[str] = mapped_column(code(16))
    request_key: Mapped[str] = mapped_column(code(64))
    asked_by: Mapped[str] = mapped_column(code(32))
    asked_at: Mapped[datetime]
    lapses_at: Mapped[datetime]
    decided_by: Mapped[str | None] = mapped_column(code(32))
    decided_at: Mapped[datetime | None]
    decision_note: Mapped[str | None] = mapped_column(String(LONGEST_NOTE))
    reversed_by: Mapped[str | None] = mapped_column(code(32))
    reversed_at: Mapped[datetime | None]
    reversal_note: Mapped[str | None] = mapped_column(String(LONGEST_NOTE))


class OperatorUsage(Model):
    """What an operator has let move on a shop day within one allowance; written while the operator is locked."""

    __tablename__ = "adjustment_usage"
    __table_args__ = (CheckConstraint("points >= 0", name="points_not_negative"),)

    login: Mapped[str] = mapped_column(code(32), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    allowance: Mapped[str] = mapped_column(code(16), primary_key=True)
    points: Mapped[int] = mapped_column(Id)


class Grant(Model):
    """One gift of points to many members. Its rows never change but in their status; `skipped` lines were left out."""

    __tablename__ = "grants"
    __table_args__ = (
        UniqueConstraint("planned_by", "request_key"),
        Index(None, "status", "id"),
        CheckConstraint(
            "status IN ('planned', 'approved', 'running', 'paused', 'done', 'cancelled', 'reversing', 'halted', "
            "'reversed')",
            name="status_known",
        ),
        CheckConstraint("members >= 1 AND total >= members", name="gives_something"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, default=new_id)
    reason_code: Mapped[str] = mapped_column(code(32))
    reason_words: Mapped[str] = mapped_column(String(LONGEST_WORDS))
    note: Mapped[str] = mapped_column(String(LONGEST_NOTE))
    book_version: Mapped[int]
    members: Mapped[int]
    total: Mapped[int] = mapped_column(Id)
    skipped: Mapped[int]
    status: Mapped[str] = mapped_column(code(16))
    request_key: Mapped[str] = mapped_column(code(64))
    planned_by: Mapped[str] = mapped_column(code(32))
    planned_at: Mapped[datetime]
    start_by: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class GrantRow(Model):
    """One member's part of a grant. A member has one at most.

    No foreign key to members: the shared locks of a plan of many thousand rows would hold up who changes a member.
    """

    __tablename__ = "grant_rows"
    __table_args__ = (
        Index(None, "grant_id", "status", "member_id"),
        Index(None, "member_id"),
        CheckConstraint("points >= 1", name="gives_points"),
        CheckConstraint("status IN ('waiting', 'done', 'failed', 'reversed', 'kept')", name="status_known"),
    )

    grant_id: Mapped[int] = mapped_column(Id, ForeignKey("grants.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    line_no: Mapped[int]
    points: Mapped[int] = mapped_column(Id)
    note: Mapped[str] = mapped_column(String(LONGEST_NOTE))
    status: Mapped[str] = mapped_column(code(16))
    failure: Mapped[str | None] = mapped_column(code(64))
    done_at: Mapped[datetime | None]


class GrantDecision(Model):
    """Who decided what about a grant, and when. Only ever added."""

    __tablename__ = "grant_decisions"

    grant_id: Mapped[int] = mapped_column(Id, ForeignKey("grants.id"), primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    what: Mapped[str] = mapped_column(code(16))
    by: Mapped[str] = mapped_column(code(32))
    note: Mapped[str] = mapped_column(String(LONGEST_NOTE))
    at: Mapped[datetime]


class FreezeDecision(Model):
    """Who let an account of points be frozen or go on, why and when. Only ever added."""

    __tablename__ = "account_freezes"

    member_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"), primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    what: Mapped[str] = mapped_column(code(16))
    reason: Mapped[str] = mapped_column(String(LONGEST_NOTE))
    by: Mapped[str] = mapped_column(code(32))
    at: Mapped[datetime]
