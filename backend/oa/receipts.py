import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Index, Text, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from backend.kit.columns import Digest, code
from backend.kit.db import Model
from backend.kit.errors import DomainError, TooMany, Unavailable
from backend.wechat import Article, Picture, Said


class Receipt(Model):
    """A push that was taken, and what answered it (nothing: `success`). Who sent it is not kept."""

    __tablename__ = "oa_receipts"
    __table_args__ = (Index(None, "received_at"),)

    key: Mapped[bytes] = mapped_column(Digest, primary_key=True)
    kind: Mapped[str] = mapped_column(code(8), default="text", server_default="text")
    reply: Mapped[str | None] = mapped_column(Text)
    received_at: Mapped[datetime]


@dataclass(frozen=True)
class Reply:
    """What answers a push: `said` or nothing, dated like the first answer so that a repeat is its equal."""

    said: Said | None
    at: datetime


def once(session: Session, dedup_key: str, work: Callable[[], Said | None], *, now: datetime) -> Reply:
    """Do `work` for the first push with this key (64 hex digits); a repeat gets the first's reply and does nothing.

    A repeat that comes while the first still runs waits for it at the unique key, and `kit.db.run` then lets it find
    the first's answer. A refusal is an answer like another: it undoes the work and is remembered as its sentence.
    What says "try again" is raised and leaves no receipt.
    """
    key = bytes.fromhex(dedup_key)
    earlier = session.get(Receipt, key)
    if earlier is not None:
        return Reply(_restored(earlier), earlier.received_at)
    mine = Receipt(key=key, reply=None, received_at=now)
    session.add(mine)
    session.flush()  # before the work: a parallel repeat must meet the row, not the work
    said = refusable(session, work)
    mine.kind, mine.reply = _stored(said)
    return Reply(said, now)


def refusable(session: Session, work: Callable[[], Said | None]) -> Said | None:
    """What `work` answers; where it refuses all of it is undone and the refusal's sentence is the answer.

    What says "try again" is raised.
    """
    try:
        with session.begin_nested():
            return work()
    except (TooMany, Unavailable):
        raise
    except DomainError as error:
        return error.detail


def forget_receipts(session: Session, before: datetime, *, limit: int) -> int:
    """Delete up to `limit` receipts of pushes taken before an instant; returns how many.

    A day is plenty: WeChat repeats a push within 15 s, and one with a timestamp older than 5 minutes is refused.
    """
    old = session.scalars(select(Receipt.key).where(Receipt.received_at < before).limit(limit)).all()
    session.execute(delete(Receipt).where(Receipt.key.in_(old)))
    return len(old)


def _stored(said: Said | None) -> tuple[str, str | None]:
    match said:
        case Picture(media_id):
            return "image", media_id
        case Article():
            return "news", json.dumps(asdict(said), ensure_ascii=False)
        case _:
            return "text", said


def _restored(receipt: Receipt) -> Said | None:
    if receipt.reply is None or receipt.kind == "text":
        return receipt.reply
    return Picture(receipt.reply) if receipt.kind == "image" else Article(**json.loads(receipt.reply))
