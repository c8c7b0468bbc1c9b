from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.kit.columns import Id, code
from backend.kit.db import Model


class TierStanding(Model):
    """Where a member stands. Changed only under the lock of the member's points account."""

    __tablename__ = "tier_standings"

    member_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"), primary_key=True, autoincrement=False)
    tier_code: Mapped[str] = mapped_column(code(16))
    growth: Mapped[int] = mapped_column(Id, default=0)
    last_seq: Mapped[int] = mapped_column(default=0)
    since_at: Mapped[datetime]


class GrowthEntry(Model):
    """One line of the journal of growth value. Only ever added; one source makes at most one line of a member."""

    __tablename__ = "growth_entries"
    __table_args__ = (UniqueConstraint("member_id", "source_kind", "source_id"),)

    member_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    amount: Mapped[int] = mapped_column(Id)
    growth_after: Mapped[int] = mapped_column(Id)
    source_kind: Mapped[str] = mapped_column(code(32))
    source_id: Mapped[str] = mapped_column(code(64))
    at: Mapped[datetime]


class TierChange(Model):
    """A rise or a fall, with the line of the growth journal that caused it."""

    __tablename__ = "tier_changes"

    member_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    growth_seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    from_code: Mapped[str] = mapped_column(code(16))
    to_code: Mapped[str] = mapped_column(code(16))
    at: Mapped[datetime]
