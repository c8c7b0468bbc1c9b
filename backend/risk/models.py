from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.kit.columns import Digest, Id, code
from backend.kit.db import Model
from backend.kit.ids import new_id

LONGEST_REASON = 200


class Signal(Model):
    """Where a member was seen: a keyed digest of a device, an address, a network or the beginning of a phone number.

    What it is cannot be read from it, only whether two members share it. Forgotten when it was not seen for long.
    """

    __tablename__ = "risk_signals"
    __table_args__ = (
        Index(None, "member_id"),
        Index(None, "last_at"),
        {"sqlite_with_rowid": False},
    )

    kind: Mapped[str] = mapped_column(code(16), primary_key=True)
    value: Mapped[bytes] = mapped_column(Digest, primary_key=True)
    member_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"), primary_key=True, autoincrement=False)
    joined_with: Mapped[bool]
    last_at: Mapped[datetime]


class Count(Model):
    """How often something was seen on a shop day, of whomever; names nobody."""

    __tablename__ = "risk_counts"
    __table_args__ = (
        Index(None, "day"),
        CheckConstraint("seen >= 1", name="seen_at_all"),
        {"sqlite_with_rowid": False},
    )

    kind: Mapped[str] = mapped_column(code(16), primary_key=True)
    value: Mapped[bytes] = mapped_column(Digest, primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    seen: Mapped[int]


class Block(Model):
    """A member, a device or a network that earns nothing by invitations, from `blocked_at` until it is lifted.

    `standing` is the digest while the block stands, so that nothing is blocked twice at a time.
    """

    __tablename__ = "risk_blocks"
    __table_args__ = (
        UniqueConstraint("kind", "standing"),
        Index(None, "member_id"),
        CheckConstraint("kind IN ('member', 'device', 'net')", name="kind_known"),
        CheckConstraint("(kind = 'member') = (member_id IS NOT NULL)", name="a_member_is_named"),
        CheckConstraint("(standing IS NULL) = (lifted_at IS NOT NULL)", name="stands_until_lifted"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    kind: Mapped[str] = mapped_column(code(16))
    value: Mapped[bytes] = mapped_column(Digest)
    standing: Mapped[bytes | None] = mapped_column(Digest)
    member_id: Mapped[int | None] = mapped_column(Id, ForeignKey("members.id"))
    reason: Mapped[str] = mapped_column(String(LONGEST_REASON))
    blocked_by: Mapped[str] = mapped_column(code(32))
    blocked_at: Mapped[datetime]
    lifted_by: Mapped[str | None] = mapped_column(code(32))
    lifted_why: Mapped[str | None] = mapped_column(String(LONGEST_REASON))
    lifted_at: Mapped[datetime | None]
