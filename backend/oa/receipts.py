from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Index, Text, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from backend.kit.columns import Digest
from backend.kit.db import Model
from backend.kit.errors import DomainError, TooMany, Unavailable


class Receipt(Model):
    """A push that was taken, and the text that answered it (none: `success`). Who sent it is not kept."""

    __tablename__ = "oa_receipts"
    __table_args__ = (Index(None, "received_at"),)

    key: Mapped[bytes] = mapped_column(Digest, primary_key=True)
    reply: Mapped[str | None] = mapped_column(Text)
    received_at: Mapped[datetime]


@dataclass(frozen=True)
class Reply:
    """What answers a push: `text` for the sender or none, dated like the first answer so that a repeat is its equal."""

    text: str | None
    at: datetime


def once(session: Session, dedup_key: str, work: Callable[[], str | None], *, now: datetime) -> Reply:
    """Do `work` for the first push with this key (64 hex digits); a repeat gets the first's reply and does nothing.

    A repeat that comes while the first still runs waits for it at the unique key, and `kit.db.run` then lets it find
    the first's answer. A refusal is an answer like another: it undoes the work and is remembered as its sentence.
    What says "try again" is raised and leaves no receipt.
    """
    key = bytes.fromhex(dedup_key)
    earlier = session.get(Receipt, key)
    if earlier is not None:
        return Reply(earlier.reply, earlier.received_at)
    mine = Receipt(key=key, reply=None, received_at=now)
    session.add(mine)
    session.flush()  # before the work: a parallel repeat must meet the row, not the work
    mine.reply = _outcome(session, work)
    return Reply(mine.reply, now)


def forget_receipts(session: Session, before: datetime, *, limit: int) -> int:
    """Delete up to `limit` receipts of pushes taken before an instant; returns how many.

    A day is plenty: WeChat repeats a push within 15 s, and one with a timestamp older than 5 minutes is refused.
    """
    old = session.scalars(select(Receipt.key).where(Receipt.received_at < before).limit(limit)).all()
    session.execute(delete(Receipt).where(Receipt.key.in_(old)))
    return len(old)


def _outcome(session: Session, work: Callable[[], str | None]) -> str | None:
    try:
        with session.begin_nested():  # a refusal undoes the work, not the receipt
            return work()
    except (TooMany, Unavailable):
        raise
    except DomainError as error:
        return error.detail
