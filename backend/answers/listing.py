"""The list of questions as a file: CSV with one question a line, its variants between bars."""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from typing import Annotated, Final

from pydantic import StringConstraints, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.answers.book import Page
from backend.answers.errors import ListRefused
from backend.answers.models import LONGEST_QUESTION, Question
from backend.answers.questions import change_edition
from backend.kit.definitions import faults
from backend.kit.schema import Schema

COLUMNS: Final = ("code", "question", "variants", "answer", "page", "link", "active")
YES: Final = "yes"
NO: Final = "no"
MOST_QUESTIONS: Final = 5000
MOST_VARIANTS: Final = 50

Phrase = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_QUESTION)]


class Line(Schema):
    """One question of the file."""

    code: Annotated[str, StringConstraints(pattern=r"^[0-9a-z][0-9a-z-]{0,31}$")]
    question: Phrase
    variants: tuple[Phrase, ...]
    answer: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
    page: Page | None
    link: Annotated[str, StringConstraints(max_length=20)] | None
    active: bool


@dataclass(frozen=True)
class Imported:
    """What a file changed."""

    added: int
    changed: int
    unchanged: int


def read(text: str) -> list[Line]:
    """The lines of a file. Raises ListRefused, which names all that is wrong by its line."""
    rows = list(csv.DictReader(StringIO(text.removeprefix("\ufeff"))))
    if not rows or set(rows[0]) != set(COLUMNS):
        raise ListRefused(why=f"须为 CSV，首行为 {','.join(COLUMNS)}")
    if len(rows) > MOST_QUESTIONS:
        raise ListRefused(why=f"最多 {MOST_QUESTIONS} 个问题")
    wrong: list[str] = []
    lines = [line for number, row in enumerate(rows, 2) if (line := _line(number, row, wrong)) is not None]
    twice = [code for code, count in Counter(line.code for line in lines).items() if count > 1]
    wrong += [f"{code} 重复" for code in twice]
    if wrong:
        raise ListRefused(why="；".join(wrong))
    return lines


def import_list(session: Session, lines: Iterable[Line], *, by: str, now: datetime) -> Imported:
    """Add and change questions by their codes; what the file does not name stays as it is, hits stay counted."""
    change_edition(session)
    known = {one.code: one for one in session.scalars(select(Question))}
    outcomes = Counter(_keep(session, known.get(line.code), line, by, now) for line in lines)
    session.flush()  # whoever asks next in this transaction is answered by it
    return Imported(outcomes["added"], outcomes["changed"], outcomes["unchanged"])


def export(rows: Iterable[Question]) -> Iterator[str]:
    """The file of questions, line by line, the heading first."""
    yield from _written(COLUMNS)
    for row in rows:
        active = YES if row.active else NO
        parts = (row.code, row.question, "|".join(row.variants), row.answer, row.page or "", row.link or "", active)
        yield from _written(parts)


def _line(number: int, row: dict[str, str | None], wrong: list[str]) -> Line | None:
    cells = {name: (row.get(name) or "").strip() for name in COLUMNS}
    variants = tuple(filter(None, (part.strip() for part in cells["variants"].split("|"))))
    given = {**cells, "variants": variants, "page": cells["page"] or None, "link": cells["link"] or None}
    is_odd = cells["active"] not in {YES, NO, ""} or bool(cells["page"]) != bool(cells["link"])
    if is_odd or len(variants) > MOST_VARIANTS:
        wrong.append(f"第 {number} 行：active 为 yes 或 no，variants 最多 {MOST_VARIANTS} 个，page 与 link 须同时填写")
        return None
    try:
        return Line(**{**given, "active": cells["active"] != NO})
    except ValidationError as error:
        wrong.append(f"第 {number} 行 {faults(error)}")
        return None


def _keep(session: Session, row: Question | None, line: Line, by: str, now: datetime) -> str:
    said = {**line.model_dump(), "variants": list(line.variants)}
    if row is None:
        session.add(Question(**said, changed_by=by, changed_at=now))
        return "added"
    changes = {name: value for name, value in said.items() if getattr(row, name) != value}
    for name, value in changes.items():
        setattr(row, name, value)
    if not changes:
        return "unchanged"
    row.changed_by, row.changed_at = by, now
    return "changed"


def _written(parts: Iterable[str]) -> Iterator[str]:
    buffer = StringIO()
    csv.writer(buffer).writerow(parts)
    yield buffer.getvalue()
