"""Reads a list of members and points out of a CSV file, as spreadsheets and tills write them. Pure."""

import csv
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Final, Literal

from backend.adjustments.errors import FileUnreadable
from backend.adjustments.rules import LONGEST_NOTE, is_one_line

Reason = Literal["unknown-member", "closed", "duplicate", "bad-amount", "bad-note", "formula", "too-many-lines"]

MOST_LINES: Final = 200_000
LARGEST_FILE: Final = 32 << 20
WORDS: Final[dict[Reason, str]] = {
    "unknown-member": "查无此会员",
    "closed": "会员已注销",
    "duplicate": "会员重复",
    "bad-amount": "积分有误",
    "bad-note": "备注过长或含有换行",
    "formula": "单元格是公式",
    "too-many-lines": f"超过 {MOST_LINES} 行",
}
HEADINGS: Final = {
    "who": {"card_no", "card", "phone", "mobile", "member_id", "member", "卡号", "会员卡号", "会员号", "手机", "手机号",
            "手机号码", "会员", "会员id", "会员编号"},
    "points": {"points", "amount", "积分", "积分数", "赠送积分"},
    "note": {"note", "remark", "备注", "说明"},
}  # fmt: skip
DELIMITERS: Final = (",", "\t", ";")

CARD: Final = re.compile(r"[0-9]{12}")
PHONE: Final = re.compile(r"(?:\+|00)?(?:86)?(1[0-9]{10})")
MEMBER_ID: Final = re.compile(r"[0-9]{14,18}|[1-8][0-9]{18}")  # below 2**63 in any case
SEPARATORS: Final = re.compile(r"[\s()-]")
AMOUNT: Final = re.compile(r"([0-9]{1,10}|[0-9]{1,3}(?:,[0-9]{3}){1,3})(?:\.0+)?")
TEXT_IN_A_FORMULA: Final = re.compile(r'="([^"]*)"')  # how spreadsheets keep the digits of a long number


@dataclass(frozen=True, slots=True)
class Line:
    """Who is to get how many points, as line `no` of the file says."""

    no: int
    kind: Literal["card", "phone", "id"]
    key: str
    points: int
    note: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A line that cannot be given, and why. What stood in it is not repeated: it may be personal."""

    no: int
    reason: Reason

    @property
    def words(self) -> str:
        """The reason as operators read it."""
        return WORDS[self.reason]


@dataclass(frozen=True)
class Columns:
    """Where in a row things stand; `who` are several when a file names card and phone."""

    who: tuple[int, ...]
    points: int | None
    note: int | None


def read(data: bytes, *, points: int | None, largest: int) -> tuple[list[Line], list[Fault]]:
    """The lines of a file, and those that cannot be given. Lines without anything in them count for nothing.

    UTF-8, UTF-16 with its mark, or GB18030; separated by commas, tabs or semicolons; with or without headings. Without,
    the columns are member, points, note; with `points` for all, member and note. Nobody gets more than `largest`.
    Raises FileUnreadable.
    """
    lines: list[Line] = []
    faults: list[Fault] = []
    columns: Columns | None = None
    for no, cells in _rows(_text(data)):
        if columns is None:
            headed, columns = _columns(cells, points)
            if headed:
                continue
        if len(lines) + len(faults) == MOST_LINES:
            faults.append(Fault(no, "too-many-lines"))
            break
        read_line = _line(no, cells, columns, points, largest)
        (lines if isinstance(read_line, Line) else faults).append(read_line)  # type: ignore[arg-type]
    return lines, faults


def _text(data: bytes) -> str:
    if len(data) > LARGEST_FILE:
        raise FileUnreadable(why=f"超过 {LARGEST_FILE >> 20} MB")
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise FileUnreadable(why="不是 UTF-8 或 GBK 编码的文本文件")


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that hold anything, each with the number of its first line in the file."""
    first = text.lstrip().partition("\n")[0]
    delimiter = next((one for one in DELIMITERS if one in first), ",")
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        no = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise FileUnreadable(why=f"第 {no} 行起引号或分隔符有误") from error
        if any(cell.strip() for cell in cells):
            yield no, cells


def _columns(first: Sequence[str], points: int | None) -> tuple[bool, Columns]:
    """Whether the first row is headings, and where things stand."""
    names = [unicodedata.normalize("NFKC", cell).strip().casefold() for cell in first]
    places = {kind: [place for place, name in enumerate(names) if name in known] for kind, known in HEADINGS.items()}
    if not any(places.values()):
        return False, Columns((0,), 1 if points is None else None, 2 if points is None else 1)
    if not places["who"]:
        raise FileUnreadable(why="缺少会员列（卡号、手机号或会员编号）")
    if points is None and len(places["points"]) != 1:
        raise FileUnreadable(why="须有且只有一个积分列")
    if points is not None and places["points"]:
        raise FileUnreadable(why="文件已有积分列，不能再统一指定积分")
    return True, Columns(tuple(places["who"]), _first(places["points"]), _first(places["note"]))


def _first(places: Sequence[int]) -> int | None:
    return places[0] if places else None


def _line(no: int, cells: Sequence[str], columns: Columns, points: int | None, largest: int) -> Line | Fault:
    who = next((found for place in columns.who if (found := _number(cells, place))), "")
    given = _number(cells, columns.points)
    note = _cell(cells, columns.note)
    if who.startswith("=") or given.startswith("=") or note.startswith(("=", "+", "-", "@")):
        return Fault(no, "formula")
    known = _known_by(SEPARATORS.sub("", who))
    if known is None:
        return Fault(no, "unknown-member")
    amount = _amount(given) if points is None else points
    if not 1 <= amount <= largest:
        return Fault(no, "bad-amount")
    if len(note) > LONGEST_NOTE or not is_one_line(note):
        return Fault(no, "bad-note")
    return Line(no, *known, points=amount, note=note)


def _cell(cells: Sequence[str], place: int | None) -> str:
    if place is None or place >= len(cells):
        return ""
    return cells[place].strip()


def _number(cells: Sequence[str], place: int | None) -> str:
    """A cell that holds digits, in the digits and signs of ASCII, without what marks it as text."""
    text = unicodedata.normalize("NFKC", _cell(cells, place)).strip()
    kept = TEXT_IN_A_FORMULA.fullmatch(text)
    return kept[1].strip() if kept else text.removeprefix("'")


def _known_by(who: str) -> tuple[Literal["card", "phone", "id"], str] | None:
    if CARD.fullmatch(who):
        return "card", who
    if phone := PHONE.fullmatch(who):
        return "phone", phone[1]
    return ("id", who) if MEMBER_ID.fullmatch(who) else None


def _amount(text: str) -> int:
    found = AMOUNT.fullmatch(text)
    return int(found[1].replace(",", "")) if found else 0
