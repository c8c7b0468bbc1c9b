"""A page of documents as a test reads it: sections with their blocks of JSON and the table that must come true."""

import json
import re
from dataclasses import dataclass
from datetime import datetime

from config import policy
from tests.architecture.sources import ROOT

YEAR = 2026
BLOCK = re.compile(r"^```json (\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^### (.+)$", re.MULTILINE)
NOTHING = "–"


@dataclass(frozen=True)
class Section:
    """What stands under a heading: JSON by its kind, and the rows of the table by the names of its columns."""

    title: str
    blocks: dict[str, list]
    rows: list[dict[str, str]]


def sections(path):
    """The sections of a page by their title."""
    _, *parts = HEADING.split((ROOT / path).read_text(encoding="utf-8"))
    return {title: _section(title, text) for title, text in zip(parts[::2], parts[1::2], strict=True)}


def instant(words):
    """ "8 March", "8 March 10:00", "1 April 2027 00:00": of this year and at noon, unless told."""
    day, month, *rest = words.split()
    year = rest.pop(0) if rest and ":" not in rest[0] else YEAR
    time = rest.pop(0) if rest else "12:00"
    return datetime.strptime(f"{day} {month} {year} {time}", "%d %B %Y %H:%M").replace(tzinfo=policy.SHOP_ZONE)


def fen(words):
    """ "¥99.90" in fen."""
    yuan, _, cents = words.removeprefix("¥").partition(".")
    return int(yuan) * 100 + int(cents.ljust(2, "0") or 0)


def yuan(amount):
    """Fen as the page writes them: "¥100", "¥0.01"."""
    return f"¥{amount // 100}" + (f".{amount % 100:02d}" if amount % 100 else "")


def _section(title, text):
    blocks = {}
    for kind, body in BLOCK.findall(text):
        blocks.setdefault(kind, []).append(json.loads(body))
    head, _, *rows = [_cells(line) for line in text.splitlines() if line.startswith("|")] or [[], []]
    return Section(title, blocks, [dict(zip(head, row, strict=True)) for row in rows])


def _cells(line):
    return [cell.strip() for cell in line.strip("|").split("|")]
