import re
from datetime import datetime
from functools import partial
from typing import Any, Final

from pydantic import ValidationError
from sqlalchemy.orm import Session

from backend import rulebooks
from backend.earning.book import KIND, EarningBook
from backend.earning.contradictions import contradictions
from backend.kit.definitions import Path, dotted, faults
from backend.kit.errors import Invalid

LISTS: Final = {"groups": "分组", "rules": "规则"}
UNION: Final = re.compile(r"points|multiplier|Months|literal\[.*")  # pydantic names the branch it tried


class BookRefused(Invalid):
    """The definition is no book of earning rules; `why` tells all that is wrong with it, in words."""

    code = "earning.book-refused"
    message = "积分规则有误：{why}"


def checked(definition: dict[str, Any]) -> EarningBook:
    """The rules that a definition says, in which nothing contradicts. Raises BookRefused."""
    try:
        book = EarningBook.model_validate(definition)
    except ValidationError as error:
        raise BookRefused(why=faults(error, place=partial(_place, definition=definition))) from error
    found = contradictions(book)
    if found:
        raise BookRefused(why="；".join(found))
    return book


def draft(
    session: Session, definition: dict[str, Any], *, based_on: int, by: str, note: str, now: datetime
) -> rulebooks.Book:
    """Keep a definition as the next version, which changes nothing yet.

    Raises BookRefused, rulebooks.BookOutdated, rulebooks.NoteRefused, rulebooks.DefinitionRefused.
    """
    checked(definition)
    return rulebooks.draft(session, KIND, definition, based_on=based_on, by=by, note=note, now=now)


def _place(path: Path, definition: dict[str, Any]) -> str:
    """Where something is wrong: a rule or a group is called by its code, if it has one."""
    if len(path) > 1 and path[0] in LISTS and isinstance(path[1], int):
        one = definition[path[0]][path[1]]
        code = one.get("code") if isinstance(one, dict) else None
        inner = [str(part) for part in path[2:] if not UNION.fullmatch(str(part))]
        return " ".join([LISTS[str(path[0])], str(code or f"第 {path[1] + 1} 项"), ".".join(inner)]).rstrip()
    return dotted(path)
