import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from sqlalchemy.orm import Session

from backend import rulebooks
from backend.earning.book import KIND, EarningBook
from backend.earning.contradictions import contradictions
from backend.kit.errors import Invalid

WORDS: Final[Mapping[str, str]] = {
    "missing": "缺少该项",
    "extra_forbidden": "没有这一项",
    "int_type": "须为整数",
    "string_type": "须为文字",
    "bool_type": "须为 true 或 false",
    "tuple_type": "须为列表",
    "dict_type": "须为对象",
    "model_type": "须为对象",
    "model_attributes_type": "须为对象",
    "too_long": "最多 {max_length} 项",
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
    "string_too_short": "不能为空",
    "string_too_long": "最多 {max_length} 个字符",
    "string_pattern_mismatch": "格式不符",
    "literal_error": "须为 {expected} 之一",
    "union_tag_invalid": "kind 须为 {expected_tags} 之一",
    "union_tag_not_found": "缺少 kind",
}
OF_THE_KIT: Final[Mapping[str, str]] = {
    "must be an instant with its zone: YYYY-MM-DDThh:mm:ss+08:00": "时间须写明时区，如 2026-03-08T00:00:00+08:00"
}
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
        told = (f"{_place(one['loc'], definition)}：{_words(one)}" for one in error.errors())
        raise BookRefused(why="；".join(dict.fromkeys(told))) from error
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


def _place(path: tuple[int | str, ...], definition: dict[str, Any]) -> str:
    """Where something is wrong: a rule or a group is called by its code, if it has one."""
    if len(path) > 1 and path[0] in LISTS and isinstance(path[1], int):
        one = definition[path[0]][path[1]]
        code = one.get("code") if isinstance(one, dict) else None
        inner = [str(part) for part in path[2:] if not UNION.fullmatch(str(part))]
        return " ".join([LISTS[str(path[0])], str(code or f"第 {path[1] + 1} 项"), ".".join(inner)]).rstrip()
    return ".".join(map(str, path)) or "规则"


def _words(error: ErrorDetails) -> str:
    if error["type"] == "value_error":
        return OF_THE_KIT.get(str(error["ctx"]["error"]), str(error["ctx"]["error"]))
    return WORDS.get(error["type"], error["msg"]).format(**error.get("ctx", {}))
