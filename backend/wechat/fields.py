"""What a template message's field may hold, by its key: `thing1` is of the kind `thing`.

Limits as on WeChat's page on subscribe messages, which 类目模板 share; characters count one each. WeChat has one more
kind, `const`, of which each template takes its own list of values: none of ours can stand for another, so we have none.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

HAN: Final = "\u3400-\u4dbf\u4e00-\u9fff〇"
CLOCK: Final = r"(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?"
MONTH: Final = "(?:1[0-2]|0?[1-9])"
MONTHDAY: Final = "(?:3[01]|[12][0-9]|0?[1-9])"
DAY: Final = rf"[0-9]{{4}}(?:年{MONTH}月{MONTHDAY}日|-{MONTH}-{MONTHDAY})"
MOMENT: Final = rf"(?:{DAY}(?: {CLOCK})?|{CLOCK})"
KEY: Final = re.compile(r"([a-z_]+?)\d+")
DASH: Final = "—"
ELLIPSIS: Final = "…"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of field: the whole value matches `pattern`, `blank` stands where nothing acceptable is left.

    `unwanted` is cut out of a value first; `ellipsis` says whether a cut may be shown.
    """

    limit: int
    pattern: re.Pattern[str]
    blank: str
    unwanted: re.Pattern[str] | None = None
    ellipsis: str = ""


def _kind(limit: int, pattern: str, blank: str, *, unwanted: str | None = None, ellipsis: str = "") -> Kind:
    return Kind(limit, re.compile(pattern), blank, re.compile(unwanted) if unwanted else None, ellipsis)


ANY: Final = r"[^\x00-\x1f\x7f\u2028\u2029]*\S[^\x00-\x1f\x7f\u2028\u2029]*"
NAME: Final = r"(?=.*\S)(?:[^\W\d_]|[^\w\x00-\x1f\x7f])+"
PERIOD: Final = rf"{MOMENT}(?:~{MOMENT})?"

KINDS: Final[dict[str, Kind]] = {
    "thing": _kind(20, ANY, DASH, ellipsis=ELLIPSIS),
    "short_thing": _kind(5, ANY, DASH, ellipsis=ELLIPSIS),
    "character_string": _kind(32, r"(?=.*\S)[\x20-\x7e]+", "-", unwanted=r"[^\x20-\x7e]"),
    "number": _kind(32, r"-?[0-9]+(?:\.[0-9]+)?", "0", unwanted=r"[\s,，]|[^\d.]+\Z"),
    "letter": _kind(32, r"[A-Za-z]+", "NA", unwanted=r"[^A-Za-z]"),
    "symbol": _kind(5, r"[^\w\s\x00-\x1f\x7f]+", "-", unwanted=r"[\w\s]"),
    "time": _kind(64, PERIOD, "00:00"),
    "date": _kind(64, PERIOD, "1970年1月1日"),
    "amount": _kind(16, r"[¥￥$€£]?[0-9]{1,10}(?:\.[0-9]{1,2})?元?", "0元", unwanted=r"[\s,，]"),
    "phone_number": _kind(17, r"(?=.*[0-9])[0-9+\-() *#]+", "0", unwanted=r"[^0-9+\-() *#]"),
    "name": _kind(20, NAME, DASH, unwanted=r"[\d_]"),
    "phrase": _kind(5, rf"[{HAN}]+", "无", unwanted=rf"[^{HAN}]"),
    "car_number": _kind(8, r"[^\W_]+", "0", unwanted=r"[\W_]"),
}
NAME_WITH_HAN: Final = 10
WHOLE_OR_BLANK: Final = frozenset({"number", "amount", "time", "date", "phone_number", "car_number"})
NOT_SHOWN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
EMOJI_PARTS: Final = frozenset("\ufe0e\ufe0f\u20e3")
ASTRAL: Final = "\U00010000"  # symbols above it are emoji, which phones show as empty boxes


def kind_of(key: str) -> str:
    """The kind behind a field's key, `thing` of `thing1`. ValueError when WeChat knows none of that name."""
    found = KEY.fullmatch(key)
    if found is None or found[1] not in KINDS:
        raise ValueError(f"{key!r} is no field of a template message")
    return found[1]


def fits(key: str, value: str) -> bool:
    """Whether WeChat takes `value` in the field `key`; it answers 47003 to one that does not fit."""
    name = kind_of(key)
    return len(value) <= _limit(name, value) and KINDS[name].pattern.fullmatch(value) is not None


def fit(key: str, value: str) -> str:
    """`value` as the field `key` can carry it: on one line, without emoji, cut to the limit. Always fits.

    Where nothing is left stands the kind's blank. A number, amount or time that does not fit as it is becomes the
    blank too, for half a number would be a lie: whoever has such a field asks `fits` first.
    """
    name = kind_of(key)
    kind = KINDS[name]
    line = _one_line(kind.unwanted.sub("", value) if kind.unwanted else value)
    cut = line if name in WHOLE_OR_BLANK else _cut(line, _limit(name, line), kind.ellipsis)
    return cut if fits(key, cut) else kind.blank


def _limit(name: str, value: str) -> int:
    return NAME_WITH_HAN if name == "name" and re.search(f"[{HAN}]", value) else KINDS[name].limit


def _one_line(value: str) -> str:
    return " ".join("".join(map(_shown, value)).split())


def _shown(char: str) -> str:
    category = unicodedata.category(char)
    emoji = char in EMOJI_PARTS or (char >= ASTRAL and category in {"So", "Sk"})
    if emoji or category in NOT_SHOWN:
        return " " if char.isspace() else ""
    return char


def _cut(line: str, limit: int, ellipsis: str) -> str:
    return line if len(line) <= limit else line[: limit - len(ellipsis)].rstrip() + ellipsis
