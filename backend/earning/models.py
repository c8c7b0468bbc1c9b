from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.kit.columns import Id, Json, code
from backend.kit.db import Model

LONGEST_RULE_CODE = 32


class StoredAward(Model):
    """Something that points were given for (or none), as it was judged, and by which version of the rules.

    `event` and `book_version` are all it takes to reckon the same again. Written under the lock of the member's
    account, changed by nobody but a merge of two members.
    """

    __tablename__ = "earning_awards"
    __table_args__ = (
        CheckConstraint("points >= 0 AND wanted >= 0", name="points_not_negative"),
        {"sqlite_with_rowid": False},
    )

    member_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    source_kind: Mapped[str] = mapped_column(code(32), primary_key=True)
    source_id: Mapped[str] = mapped_column(code(64), primary_key=True)
    event: Mapped[dict[str, Any]] = mapped_column(Json)
    book_version: Mapped[int]
    wanted: Mapped[int] = mapped_column(Id)
    points: Mapped[int] = mapped_column(Id)
    at: Mapped[datetime]


class StoredGrant(Model):
    """What one rule gave of an award: what it would have given without limits, what it gave, and what is kept of that
    after refunds. `limited_by` names the limit that made it fewer.
    """

    __tablename__ = "earning_grants"
    __table_args__ = (
        CheckConstraint("granted >= 0 AND granted <= wanted", name="granted_within_wanted"),
        CheckConstraint("kept >= 0", name="kept_not_negative"),
        {"sqlite_with_rowid": False},
    )

    member_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    source_kind: Mapped[str] = mapped_column(code(32), primary_key=True)
    source_id: Mapped[str] = mapped_column(code(64), primary_key=True)
    rule_code: Mapped[str] = mapped_column(code(LONGEST_RULE_CODE), primary_key=True)
    wanted: Mapped[int] = mapped_column(Id)
    granted: Mapped[int] = mapped_column(Id)
    kept: Mapped[int] = mapped_column(Id)
    limited_by: Mapped[str | None] = mapped_column(code(16))


class Usage(Model):
    """How much of a rule's cap a member has used up in a period: "2026-03-01", "2026-03" or "ever"."""

    __tablename__ = "earning_usage"
    __table_args__ = (
        CheckConstraint("points >= 0", name="points_not_negative"),
        {"sqlite_with_rowid": False},
    )

    member_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    rule_code: Mapped[str] = mapped_column(code(LONGEST_RULE_CODE), primary_key=True)
    period: Mapped[str] = mapped_column(code(10), primary_key=True)
    points: Mapped[int] = mapped_column(Id)


class Budget(Model):
    """What a rule with a budget has given to all members together, through all its versions."""

    __tablename__ = "earning_budgets"
    __table_args__ = (CheckConstraint("granted >= 0", name="granted_not_negative"),)

    rule_code: Mapped[str] = mapped_column(code(LONGEST_RULE_CODE), primary_key=True)
    granted: Mapped[int] = mapped_column(Id)
