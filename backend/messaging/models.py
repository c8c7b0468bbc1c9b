from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from backend.kit.columns import Digest, Id, Json, code
from backend.kit.db import Model
from backend.kit.ids import new_id
from backend.messaging.rules import Status


class Message(Model):
    """A message that was decided, with the words of that moment: one row of the outbox, and of the member's inbox.

    While it waits it may be claimed from `due_at` on; a claim puts its `token` there and moves `due_at` to the end of
    its lease. `unsure_since` is the start of the first attempt that may have shown the message without our knowing.
    `read_at` is when the member first read it in the inbox, which is independent of all that.
    """

    __tablename__ = "messages"
    __table_args__ = (
        Index(None, "status", "due_at", "id"),
        Index(None, "member_id", "status", "id"),
        Index(None, "member_id", "id"),
        Index(None, "member_id", "read_at", "id"),
        CheckConstraint(f"status IN ({', '.join(repr(str(status)) for status in Status)})", name="status_known"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, default=new_id, autoincrement=False)
    member_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"))
    template: Mapped[str] = mapped_column(code(32))
    words: Mapped[dict[str, str]] = mapped_column(Json)
    cause: Mapped[bytes] = mapped_column(Digest, unique=True)
    status: Mapped[str] = mapped_column(code(16), default=Status.WAITING)
    decided_at: Mapped[datetime]
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    token: Mapped[str | None] = mapped_column(code(32))
    unsure_since: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    msgid: Mapped[str | None] = mapped_column(code(32))
    error: Mapped[str | None] = mapped_column(code(128))
    read_at: Mapped[datetime | None]


class Closure(Model):
    """A channel through which nothing goes out until an instant, because WeChat takes no more from this account."""

    __tablename__ = "message_closures"

    channel: Mapped[str] = mapped_column(code(32), primary_key=True)
    until_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(code(128))
