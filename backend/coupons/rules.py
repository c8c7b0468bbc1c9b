"""From when until when a coupon is good, since when a limit counts, and what may be typed. Pure."""

import re
import unicodedata
from datetime import date, datetime, timedelta
from typing import Final

from backend.coupons.definition import FixedDays, PerMember, RelativeDays
from backend.coupons.errors import CodeRefused, NoteRefused
from backend.kit.calendar import day_end, day_start, shop_day

TEMPLATE_CODE: Final = re.compile(r"[0-9a-z][0-9a-z-]{0,31}")
LONGEST_NOTE: Final = 200
LONGEST_TYPED: Final = 32
BREAKS_A_LINE: Final = {"Cc", "Cs", "Zl", "Zp"}
SINCE_EVER: Final = date.min


def validity(terms: FixedDays | RelativeDays, got_at: datetime) -> tuple[datetime, datetime]:
    """A coupon that is got then is good while `first <= now < second`; fixed days may be over by then."""
    if isinstance(terms, FixedDays):
        return day_start(terms.first), day_end(terms.last)
    first = shop_day(got_at) + timedelta(days=terms.after)
    return day_start(first) if terms.after else got_at, day_end(first + timedelta(days=terms.days - 1))


def counts_since(limit: PerMember, today: date) -> date:
    """The first shop day of the period that a limit counts in; a week begins on Monday."""
    starts = {
        "day": today,
        "week": today - timedelta(days=today.weekday()),
        "month": today.replace(day=1),
        "year": today.replace(month=1, day=1),
    }
    return starts.get(limit.per, SINCE_EVER)


def last_day(until: datetime) -> date:
    """The last shop day on which something is good while `now < until`."""
    return shop_day(until - timedelta(microseconds=1))


def checked_code(code: str) -> str:
    """A template's code. Raises CodeRefused."""
    if not TEMPLATE_CODE.fullmatch(code):
        raise CodeRefused
    return code


def checked_note(note: str) -> str:
    """The note without white space around it. Raises NoteRefused."""
    stripped = note.strip()
    one_line = all(unicodedata.category(char) not in BREAKS_A_LINE for char in stripped)
    if not 1 <= len(stripped) <= LONGEST_NOTE or not one_line:
        raise NoteRefused
    return stripped


def normal_code(text: str) -> str:
    """A code or a word as it is compared: without blanks and dashes, in capitals; empty for what can be none."""
    normal = unicodedata.normalize("NFKC", text).upper()
    kept = "".join(char for char in normal if not char.isspace() and char not in "-_")
    return kept if len(kept) <= LONGEST_TYPED and kept.isprintable() else ""
