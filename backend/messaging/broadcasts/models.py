from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.kit.columns import Id, Json, code
from backend.kit.db import Model
from backend.kit.ids import new_id
from backend.messaging.broadcasts.rules import LONGEST_NAME, LONGEST_NOTE, Stage


class Broadcast(Model):
    """One message to many members: their rows of `messages` stand in the queue of its id, and the words are here.

    It is planned slice by slice: all up to `place` have been looked at, `planned` of them have their message. From
    `began_at` to `planned_at` it was planned, at `ended_at` nothing of it waited any more. `per_minute` is its pace,
    of which `minute_taken` are gone since `minute_at`. What was `withdrawn_at` some time is in no inbox any more.
    """

    __tablename__ = "broadcasts"
    __table_args__ = (
        UniqueConstraint("name"),
        Index(None, "status", "starts_at"),
        Index(None, "withdrawn_at"),
        CheckConstraint(f"status IN ({', '.join(repr(str(stage)) for stage in Stage)})", name="status_known"),
        CheckConstraint("kind IN ('service', 'marketing')", name="kind_known"),
        CheckConstraint("per_minute >= 1", name="pace_above_zero"),
        CheckConstraint("planned >= 0 AND minute_taken >= 0", name="counts_not_negative"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, default=new_id, autoincrement=False)
    name: Mapped[str] = mapped_column(code(LONGEST_NAME))
    template: Mapped[str] = mapped_column(code(32))
    kind: Mapped[str] = mapped_column(code(16))
    words: Mapped[dict[str, str]] = mapped_column(Json)
    audience: Mapped[dict[str, Any]] = mapped_column(Json)
    status: Mapped[str] = mapped_column(code(16), default=Stage.DRAFT)
    expected: Mapped[int | None]
    planned: Mapped[int] = mapped_column(default=0)
    place: Mapped[int] = mapped_column(Id, default=0)
    per_minute: Mapped[int | None]
    minute_at: Mapped[datetime | None]
    minute_taken: Mapped[int] = mapped_column(default=0)
    made_by: Mapped[str] = mapped_column(code(32))
    made_at: Mapped[datetime]
    approved_by: Mapped[str | None] = mapped_column(code(32))
    starts_at: Mapped[datetime | None]
    began_at: Mapped[datetime | None]
    planned_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]


class Listed(Model):
    """A member on the list of a broadcast whose audience is a list. Who has been merged stays listed as it was.

    No foreign key to members: the shared locks of a long list would hold up who changes a member.
    """

    __tablename__ = "broadcast_lists"
    __table_args__ = (Index(None, "member_id"), {"sqlite_with_rowid": False})

    broadcast_id: Mapped[int] = mapped_column(Id, ForeignKey("broadcasts.id"), primary_key=True, autoincrement=False)
    member_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)


class Step(Model):
    """Who did what with a broadcast, and when. Only ever added."""

    __tablename__ = "broadcast_steps"

    broadcast_id: Mapped[int] = mapped_column(Id, ForeignKey("broadcasts.id"), primary_key=True, autoincrement=False)
    no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    what: Mapped[str] = mapped_column(code(16))
    by: Mapped[str] = mapped_column(code(32))
    note: Mapped[str] = mapped_column(String(LONGEST_NOTE))
    at: Mapped[datetime]
