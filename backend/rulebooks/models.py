from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.kit.columns import Json, code
from backend.kit.db import Model

DRAFT, PUBLISHED, DISCARDED = "draft", "published", "discarded"
LONGEST_NOTE = 200


class RuleBook(Model):
    """One version of a kind of rules. Its definition never changes; version 1 comes with the schema and is its lock."""

    __tablename__ = "rule_books"
    __table_args__ = (
        CheckConstraint("status IN ('draft', 'published', 'discarded')", name="status_known"),
        CheckConstraint("(status = 'published') = (live_from IS NOT NULL)", name="live_when_published"),
        Index(None, "kind", "status", "live_from"),
    )

    kind: Mapped[str] = mapped_column(code(16), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    definition: Mapped[dict[str, Any]] = mapped_column(Json)
    status: Mapped[str] = mapped_column(code(16), default=DRAFT)
    based_on: Mapped[int | None]
    live_from: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(String(LONGEST_NOTE))
    drafted_by: Mapped[str] = mapped_column(code(32))
    created_at: Mapped[datetime]
    decided_by: Mapped[str | None] = mapped_column(code(32))
    decided_at: Mapped[datetime | None]
