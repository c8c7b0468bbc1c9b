"""What is wrong with a document of house rules, in words for whoever wrote it: all of it at once."""

from collections.abc import Callable, Mapping
from typing import Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

Path = tuple[int | str, ...]

WORDS: Final[Mapping[str, str]] = {
    "missing": "缺少该项",
    "extra_forbidden": "没有这一项",
    "int_type": "须为整数",
    "string_type": "须为文字",
    "string_unicode": "含有无法识别的字符",
    "bool_type": "须为 true 或 false",
    "tuple_type": "须为列表",
    "list_type": "须为列表",
    "dict_type": "须为对象",
    "model_type": "须为对象",
    "model_attributes_type": "须为对象",
    "too_long": "最多 {max_length} 项",
    "too_short": "至少 {min_length} 项",
    "greater_than_equal": "不能小于 {ge}",
    "greater_than": "须大于 {gt}",
    "less_than_equal": "不能大于 {le}",
    "less_than": "须小于 {lt}",
    "string_too_short": "不能为空",
    "string_too_long": "最多 {max_length} 个字符",
    "string_pattern_mismatch": "格式不符",
    "datetime_from_date_parsing": "不是有效的时间",
    "datetime_parsing": "不是有效的时间",
    "literal_error": "须为 {expected} 之一",
    "union_tag_invalid": "kind 须为 {expected_tags} 之一",
    "union_tag_not_found": "缺少 kind",
    "must be an instant with its zone: YYYY-MM-DDThh:mm:ss+08:00": (
        "时间须写明时区，如 2026-03-08T00:00:00+08:00"  # as kit.schema refuses
    ),
}


def dotted(path: Path) -> str:
    """Where something is wrong, by the names that lead there."""
    return ".".join(map(str, path)) or "规则"


def faults(
    error: ValidationError, *, place: Callable[[Path], str] = dotted, more: Mapping[str, str] | None = None
) -> str:
    """All that pydantic found wrong; `more` words win over those for every document."""
    words = {**WORDS, **(more or {})}
    return "；".join(dict.fromkeys(f"{place(one['loc'])}：{_words(one, words)}" for one in error.errors()))


def _words(error: ErrorDetails, words: Mapping[str, str]) -> str:
    if error["type"] == "value_error":
        why = str(error["ctx"]["error"])
        return words.get(why, why)
    return words.get(error["type"], error["msg"]).format(**error.get("ctx", {}))
