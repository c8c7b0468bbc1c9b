from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from backend.conversations.rules import Delivery, Ending, Sender, Stage, Why
from backend.kit.columns import Id, code, document
from backend.kit.db import Model
from backend.kit.ids import new_id


def _one_of(column: str, words: type[Sender | Stage | Why | Ending | Delivery]) -> str:
    return f"{column} IN ({', '.join(repr(str(word)) for word in words)})"


class Window(Model):
    """What WeChat lets the official account send to a follower: what is left of the two allowances, and since when
    they count. Each send counts against both while both are open.
    """

    __tablename__ = "service_windows"
    __table_args__ = (CheckConstraint("left_of_words >= 0 AND left_of_gesture >= 0", name="left_not_negative"),)

    identity_id: Mapped[int] = mapped_column(Id, ForeignKey("identities.id"), primary_key=True, autoincrement=False)
    wrote_at: Mapped[datetime | None]
    left_of_words: Mapped[int] = mapped_column(default=0)
    acted_at: Mapped[datetime | None]
    left_of_gesture: Mapped[int] = mapped_column(default=0)


class Conversation(Model):
    """A follower's matter that people look after, from the queue until it is closed.

    `open_for` is the follower while it is not closed: nobody has two at once. `waiting_since` is its place in the
    queue. `follower_at` is when the follower wrote last, `desk_at` when an operator did.
    """

    __tablename__ = "conversations"
    __table_args__ = (
        Index(None, "status", "waiting_since", "id"),
        Index(None, "identity_id", "id"),
        CheckConstraint(_one_of("status", Stage), name="status_known"),
        CheckConstraint(_one_of("why", Why), name="why_known"),
        CheckConstraint(f"ending IS NULL OR {_one_of('ending', Ending)}", name="ending_known"),
        CheckConstraint("(status = 'closed') = (closed_at IS NOT NULL)", name="closed_at_an_instant"),
        CheckConstraint("(status = 'closed') = (open_for IS NULL)", name="open_for_its_follower"),
        CheckConstraint("(status = 'closed') = (ending IS NOT NULL)", name="closed_with_an_ending"),
        CheckConstraint("status <> 'taken' OR taken_by IS NOT NULL", name="taken_by_somebody"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, default=new_id, autoincrement=False)
    identity_id: Mapped[int] = mapped_column(Id, ForeignKey("identities.id"))
    open_for: Mapped[int | None] = mapped_column(Id, unique=True)
    status: Mapped[str] = mapped_column(code(16), default=Stage.WAITING)
    why: Mapped[str] = mapped_column(code(16))
    opened_at: Mapped[datetime]
    waiting_since: Mapped[datetime]
    follower_at: Mapped[datetime]
    desk_at: Mapped[datetime | None]
    taken_by: Mapped[str | None] = mapped_column(code(32))
    taken_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None] = mapped_column(code(32))
    ending: Mapped[str | None] = mapped_column(code(16))


class ChatLine(Model):
    """One thing that a follower or the official account said, or that happened to their conversation at the desk.

    `kind` is WeChat's word for it (text, image, CLICK), or what was done at the desk; `text` is sealed for
    `chat_lines.text:ID`. `written_by` is an operator's login.
    """

    __tablename__ = "chat_lines"
    __table_args__ = (
        Index(None, "identity_id", "id"),
        Index(None, "conversation_id", "id"),
        Index(None, "at"),
        CheckConstraint(_one_of("sender", Sender), name="sender_known"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, default=new_id, autoincrement=False)
    identity_id: Mapped[int] = mapped_column(Id, ForeignKey("identities.id"))
    conversation_id: Mapped[int | None] = mapped_column(Id, ForeignKey("conversations.id"))
    sender: Mapped[str] = mapped_column(code(16))
    kind: Mapped[str] = mapped_column(code(16))
    text_sealed: Mapped[bytes | None] = mapped_column(document())
    written_by: Mapped[str | None] = mapped_column(code(32))
    at: Mapped[datetime]


class Reply(Model):
    """An operator's line on its way to the follower, whose message of the window was reserved when it was written.

    It may be claimed from `due_at` on and goes out before `send_before` or not at all. `claimed_at` is set while it is
    being sent: one that stays claimed past its lease may have been shown, and is not sent again.
    """

    __tablename__ = "desk_replies"
    __table_args__ = (
        Index(None, "status", "due_at", "line_id"),
        Index(None, "identity_id", "status", "line_id"),
        CheckConstraint(_one_of("status", Delivery), name="status_known"),
        CheckConstraint("(status = 'sending') = (token IS NOT NULL)", name="token_while_sending"),
    )

    line_id: Mapped[int] = mapped_column(Id, ForeignKey("chat_lines.id"), primary_key=True, autoincrement=False)
    identity_id: Mapped[int] = mapped_column(Id, ForeignKey("identities.id"))
    status: Mapped[str] = mapped_column(code(16), default=Delivery.WAITING)
    written_at: Mapped[datetime]
    send_before: Mapped[datetime]
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    token: Mapped[str | None] = mapped_column(code(32))
    ended_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(code(128))
