from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from backend.kit.columns import Digest, Id, Json, code
from backend.kit.db import Model
from backend.kit.ids import new_id
from backend.messaging.rules import Delivered, Status


class Message(Model):
    """A message that was decided, with the words of that moment: one row of the outbox, and of the member's inbox.

    It stands in a `queue` (`rules.Queue`, or the id of what asked for many at once): of one member those of a queue go
    out in their order. While it waits it may be claimed from `due_at` on; a claim puts its `token` there, the `channel`
    that it goes by, and moves `due_at` to the end of its lease. `attempts` and `unsure_since` are of that channel:
    the latter is the start of the first attempt that may have shown the message without our knowing.
    `read_at` is when the member first read it in the inbox, which is independent of all that.
    """

    __tablename__ = "messages"
    __table_args__ = (
        Index(None, "status", "queue", "due_at", "id"),
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
    queue: Mapped[int] = mapped_column(Id, default=0)
    channel: Mapped[str | None] = mapped_column(code(32))
    decided_at: Mapped[datetime]
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    token: Mapped[str | None] = mapped_column(code(32))
    unsure_since: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(code(128))
    read_at: Mapped[datetime | None]


class Delivery(Model):
    """How a message fared in a channel in the end. `msgid` is the channel's own id of it, `cost_fen` its charge.

    A channel that took it may report later that it was shown, or was not after all; `ended_at` is the last word.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        Index(None, "channel", "msgid"),
        Index(None, "member_id", "ended_at"),
        Index(None, "channel", "ended_at"),
        CheckConstraint(f"status IN ({', '.join(repr(str(status)) for status in Delivered)})", name="status_known"),
        CheckConstraint("cost_fen >= 0", name="cost_not_negative"),
        {"sqlite_with_rowid": False},
    )

    message_id: Mapped[int] = mapped_column(Id, ForeignKey("messages.id"), primary_key=True, autoincrement=False)
    channel: Mapped[str] = mapped_column(code(32), primary_key=True)
    member_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"))
    marketing: Mapped[bool]
    status: Mapped[str] = mapped_column(code(16))
    attempts: Mapped[int]
    msgid: Mapped[str | None] = mapped_column(code(64))
    cost_fen: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(code(128))
    ended_at: Mapped[datetime]


class Report(Model):
    """What a channel said later of something it had taken. Kept for some days: it may come before our own note."""

    __tablename__ = "delivery_reports"
    __table_args__ = (
        Index(None, "reported_at"),
        CheckConstraint(f"status IN ({', '.join(repr(str(status)) for status in Delivered)})", name="status_known"),
        {"sqlite_with_rowid": False},
    )

    channel: Mapped[str] = mapped_column(code(32), primary_key=True)
    msgid: Mapped[str] = mapped_column(code(64), primary_key=True)
    status: Mapped[str] = mapped_column(code(16))
    error: Mapped[str | None] = mapped_column(code(128))
    reported_at: Mapped[datetime]


class Closure(Model):
    """A channel through which nothing goes out until an instant, because WeChat takes no more from this account."""

    __tablename__ = "message_closures"

    channel: Mapped[str] = mapped_column(code(32), primary_key=True)
    until_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(code(128))
