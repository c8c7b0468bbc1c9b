"""What followers asked and nobody knew, for operators to learn from."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from backend.answers.errors import QuestionUnknown
from backend.answers.models import Question, Unanswered
from backend.answers.questions import change_edition, find
from backend.answers.rules import plain, without_numbers
from backend.kit.pii import vault


@dataclass(frozen=True)
class Open:
    """A text that found no answer, and how often it was asked."""

    id: int
    text: str = field(repr=False)
    times: int
    first_at: datetime
    last_at: datetime


def note_unanswered(session: Session, text: str, *, now: datetime) -> None:
    """Count a text that found no answer; of who asked nothing is kept."""
    kept = without_numbers(plain(text))
    key = vault(session).index("unanswered", kept)
    row = session.get(Unanswered, key, with_for_update=True, populate_existing=True)
    if row is None:
        sealed = vault(session).seal(kept, _place(key))
        session.add(Unanswered(key=key, text_sealed=sealed, first_at=now, last_at=now, times=1))
        session.flush()  # of two at once the second counts the first's row
    else:
        row.times, row.last_at = row.times + 1, now


def unanswered(session: Session, *, after: tuple[int, int] | None = None, limit: int) -> list[Open]:
    """What found no answer, the most often asked first, from behind a place (times, id)."""
    rows = select(Unanswered).order_by(Unanswered.times.desc(), Unanswered.id.desc()).limit(limit)
    if after is not None:
        times, last = after
        rows = rows.where((Unanswered.times < times) | ((Unanswered.times == times) & (Unanswered.id < last)))
    return [_open(session, row) for row in session.scalars(rows)]


def place_of(session: Session, unanswered_id: int) -> tuple[int, int]:
    """The place of a text in the list. Raises QuestionUnknown."""
    row = _row(session, unanswered_id)
    return row.times, row.id


def adopt(session: Session, unanswered_id: int, code: str, *, by: str, now: datetime) -> Question:
    """Let a text that found no answer be another way to put a question. Raises QuestionUnknown."""
    change_edition(session)
    row = _row(session, unanswered_id)
    question = find(session, code)
    question.variants = [*question.variants, _open(session, row).text]
    question.changed_by, question.changed_at = by, now
    session.delete(row)
    session.flush()  # whoever asks next in this transaction is answered
    return question


def dismiss(session: Session, unanswered_id: int) -> None:
    """Forget a text that needs no answer. Raises QuestionUnknown."""
    session.delete(_row(session, unanswered_id))


def forget_unanswered(session: Session, *, before: datetime, limit: int) -> int:
    """Delete up to `limit` texts that were last asked before an instant; returns how many."""
    old = session.scalars(select(Unanswered.key).where(Unanswered.last_at < before).limit(limit)).all()
    session.execute(delete(Unanswered).where(Unanswered.key.in_(old)))
    return len(old)


def _row(session: Session, unanswered_id: int) -> Unanswered:
    row = session.scalar(select(Unanswered).where(Unanswered.id == unanswered_id))
    if row is None:
        raise QuestionUnknown
    return row


def _open(session: Session, row: Unanswered) -> Open:
    text = vault(session).open(row.text_sealed, _place(row.key))
    return Open(row.id, text, row.times, row.first_at, row.last_at)


def _place(key: bytes) -> str:
    return f"faq_unanswered.text:{key.hex()}"
