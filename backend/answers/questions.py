"""The operators' list of questions, and which of them somebody asks."""

from collections.abc import Sequence
from datetime import datetime
from threading import Lock
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend.answers.errors import QuestionUnknown
from backend.answers.models import THE_LIST, Question, QuestionList
from backend.answers.rules import Index
from backend.kit.ids import new_id


class _Held:
    """The index of this process, of the edition that was asked last."""

    def __init__(self) -> None:
        self.edition = -1
        self.index = Index(())


_held: Final = _Held()
_building: Final = Lock()


def question_of(session: Session, text: str, *, now: datetime) -> Question | None:
    """The active question that `text` asks, counted as asked once more; None where none is near enough."""
    found = index_of(session).nearest(text)
    if found is None or not found.is_answer:
        return None
    question = by_id(session, found.question_id)
    if question is None:
        return None
    asked = update(Question).where(Question.id == question.id).values(hits=Question.hits + 1, last_hit_at=now)
    session.execute(asked.execution_options(synchronize_session=False))
    return question


def index_of(session: Session) -> Index:
    """The index of the list as it is now: made once an edition and process, which takes some tenths of a second."""
    edition = session.scalar(select(QuestionList.edition).where(QuestionList.id == THE_LIST)) or 0
    with _building:  # of several who ask at once one builds
        if _held.edition != edition:
            _held.index, _held.edition = Index(_phrasings(session)), edition
        return _held.index


def questions(session: Session, *, after_id: int = 0, limit: int) -> Sequence[Question]:
    """Questions in the order in which they came, inactive ones too, from behind one."""
    rows = select(Question).where(Question.id > after_id).order_by(Question.id).limit(limit)
    return session.scalars(rows.execution_options(populate_existing=True)).all()


def find(session: Session, code: str) -> Question:
    """A question by its code. Raises QuestionUnknown."""
    question = session.scalar(select(Question).where(Question.code == code).execution_options(populate_existing=True))
    if question is None:
        raise QuestionUnknown
    return question


def by_id(session: Session, question_id: int) -> Question | None:
    """A question, None where it is not there any more."""
    return session.get(Question, question_id)


def change_edition(session: Session) -> None:
    """Let every process read the list anew; who else changes it waits for us."""
    row = session.get(QuestionList, THE_LIST, with_for_update=True)
    if row is None:
        session.add(QuestionList(id=THE_LIST, edition=new_id()))
    else:
        row.edition = new_id()
    session.flush()


def _phrasings(session: Session) -> list[tuple[int, str]]:
    rows = session.execute(select(Question.id, Question.question, Question.variants).where(Question.active))
    return [(row.id, text) for row in rows for text in (row.question, *row.variants)]
