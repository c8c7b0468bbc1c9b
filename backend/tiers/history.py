from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final, NamedTuple

from backend.kit.calendar import DAYS_KEPT
from backend.tiers.book import growth_for
from backend.tiers.grammar import CALENDAR_YEAR, Window
from backend.tiers.instants import FOREVER

PURCHASE, REFUND, CHECK_IN, EVENT, CORRECTION = "purchase", "refund", "check-in", "event", "correction"
FRIEND, FRIEND_TIER, PAID, MANUAL = "friend", "friend-tier", "paid", "manual"
DECAY, TIME, MERGE = "decay", "time", "merge"
"""What time and merging did, written down: a replay finds out by itself."""

DERIVED: Final = frozenset({DECAY, TIME, MERGE})


class Line(NamedTuple):
    """A line of the journal as the rules read it. `value` is the growth value it stands for, before any decay.

    Of a refund `of_seq` is the purchase it belongs to, and its amounts are below 0. Of a friend `tier_code` is the
    friend's tier; of a tier given by hand it is the one given (None: taken away again), until `until_at`.
    `version` is that of the book that judged it.
    """

    seq: int
    kind: str
    at: datetime
    value: int = 0
    spent_fen: int = 0
    purchases: int = 0
    counts_on: date | None = None
    per_yuan: int = 0
    of_seq: int | None = None
    friend_id: int | None = None
    tier_code: str | None = None
    from_at: datetime | None = None
    until_at: datetime | None = None
    version: int | None = None

    @property
    def takes(self) -> bool:
        """Whether it takes back what an earlier line gave."""
        return self.kind == REFUND or self.value < 0


@dataclass
class History:
    """All that counts towards a tier at one moment. Spending may be that of the longest window only.

    `days` are the shop days on which something was bought, in order; `spent` (fen) and `purchases` say how much on each
    of them, less what of it was returned.
    """

    growth: int = 0
    days: list[date] = field(default_factory=list)
    spent: list[int] = field(default_factory=list)
    purchases: list[int] = field(default_factory=list)
    friends: dict[int, str] = field(default_factory=dict)
    paid: list[tuple[datetime, datetime]] = field(default_factory=list)

    def count(self, line: Line) -> None:
        """Let a line count; the growth value of one that was counted before is the caller's to leave out."""
        self.growth += line.value
        if line.counts_on is not None and (line.spent_fen or line.purchases):
            place = self._place_of(line.counts_on)
            self.spent[place] += line.spent_fen
            self.purchases[place] += line.purchases
        if line.friend_id is not None and line.tier_code is not None:
            self.friends[line.friend_id] = line.tier_code
        if line.kind == PAID and line.from_at is not None:
            self.paid = _joined([*self.paid, (line.from_at, line.until_at or FOREVER)])

    def within(self, window: Window, day: date, upto: date | None = None) -> slice:
        """The places of the days of a window that ends with `day`. What the tills' clocks date later counts too, unless
        `upto`.
        """
        first = bisect_left(self.days, first_day(window, day))
        return slice(first, None if upto is None else bisect_right(self.days, upto))

    def spent_on(self, day: date) -> int:
        """What was spent (fen) on one day."""
        return sum(self.spent[bisect_left(self.days, day) : bisect_right(self.days, day)])

    def paid_until(self, at: datetime) -> datetime | None:
        """When the paid membership ends that covers an instant."""
        return next((until for since, until in self.paid if since <= at < until), None)

    def paid_after(self, at: datetime) -> datetime | None:
        """When the next paid membership begins after an instant."""
        return min((since for since, _ in self.paid if since > at), default=None) if self.paid else None

    def _place_of(self, day: date) -> int:
        place = bisect_left(self.days, day)
        if place == len(self.days) or self.days[place] != day:
            self.days.insert(place, day)
            self.spent.insert(place, 0)
            self.purchases.insert(place, 0)
        return place


@lru_cache(maxsize=DAYS_KEPT)
def first_day(window: Window, day: date) -> date:
    """The first day of a window that ends with `day`."""
    return day.replace(month=1, day=1) if window == CALENDAR_YEAR else day - timedelta(days=window - 1)


def history_of(lines: Iterable[Line], growth: int) -> History:
    """What counts after some lines, with the growth value that was reckoned apart."""
    history = History()
    for line in lines:
        history.count(line)
    history.growth = growth
    return history


def is_void(line: Line) -> bool:
    """Whether nothing is left of a purchase: it counts as if it had never been made."""
    return line.kind == PURCHASE and not (line.spent_fen or line.purchases or line.value)


def taken_back(lines: list[Line], taking: Line) -> None:
    """Make lines as if what `taking` takes back had never been: a refund from its purchase, a correction of growth
    value from the latest that gave any. What is not there cannot be taken.
    """
    if taking.kind == REFUND:
        for place, line in enumerate(lines):
            if line.seq == taking.of_seq:
                lines[place] = _returned(line, taking)
        return
    left = -taking.value
    for place in reversed(range(len(lines))):
        part = min(left, max(lines[place].value, 0))
        if part:
            lines[place] = lines[place]._replace(value=lines[place].value - part)
            left -= part


def _returned(bought: Line, taking: Line) -> Line:
    kept = bought.spent_fen + taking.spent_fen
    lost = growth_for(bought.spent_fen, bought.per_yuan) - growth_for(kept, bought.per_yuan)
    return bought._replace(
        spent_fen=kept,
        purchases=bought.purchases + taking.purchases,
        value=max(bought.value - lost, 0),
    )


def _joined(periods: list[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    whole: list[tuple[datetime, datetime]] = []
    for since, until in sorted(periods):
        if whole and since <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(whole[-1][1], until))
        else:
            whole.append((since, until))
    return whole
