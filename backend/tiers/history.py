from bisect import insort
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Final

from backend.tiers.book import growth_for
from backend.tiers.grammar import CALENDAR_YEAR, Window
from backend.tiers.instants import FOREVER

PURCHASE, REFUND, CHECK_IN, EVENT, CORRECTION = "purchase", "refund", "check-in", "event", "correction"
FRIEND, FRIEND_TIER, PAID, MANUAL = "friend", "friend-tier", "paid", "manual"
DECAY, TIME, MERGE = "decay", "time", "merge"
"""What time and merging did, written down: a replay finds out by itself."""

DERIVED: Final = frozenset({DECAY, TIME, MERGE})


@dataclass(frozen=True, slots=True)
class Line:
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


@dataclass(slots=True)
class Day:
    """What was bought on one shop day, less what of it was returned."""

    spent_fen: int = 0
    purchases: int = 0


@dataclass
class History:
    """All that counts towards a tier at one moment. Spending may be that of the longest window only."""

    growth: int = 0
    days: dict[date, Day] = field(default_factory=dict)
    in_order: list[date] = field(default_factory=list)
    friends: dict[int, str] = field(default_factory=dict)
    paid: list[tuple[datetime, datetime]] = field(default_factory=list)

    def count(self, line: Line) -> None:
        """Let a line count; the growth value of one that was counted before is the caller's to leave out."""
        self.growth += line.value
        if line.counts_on is not None and (line.spent_fen or line.purchases):
            if line.counts_on not in self.days:
                self.days[line.counts_on] = Day()
                insort(self.in_order, line.counts_on)
            day = self.days[line.counts_on]
            day.spent_fen += line.spent_fen
            day.purchases += line.purchases
        if line.friend_id is not None and line.tier_code is not None:
            self.friends[line.friend_id] = line.tier_code
        if line.kind == PAID and line.from_at is not None:
            self.paid = _joined([*self.paid, (line.from_at, line.until_at or FOREVER)])

    def within(self, window: Window, day: date, upto: date | None = None) -> Iterator[Day]:
        """The days of a window that ends with `day`. What the tills' clocks date later counts too, unless `upto`."""
        first = first_day(window, day)
        for on in reversed(self.in_order):
            if on < first:
                return
            if upto is None or on <= upto:
                yield self.days[on]

    def spent_on(self, day: date) -> int:
        """What was spent (fen) on one day."""
        return self.days[day].spent_fen if day in self.days else 0

    def paid_until(self, at: datetime) -> datetime | None:
        """When the paid membership ends that covers an instant."""
        return next((until for since, until in self.paid if since <= at < until), None)

    def paid_after(self, at: datetime) -> datetime | None:
        """When the next paid membership begins after an instant."""
        return min((since for since, _ in self.paid if since > at), default=None)


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
            lines[place] = replace(lines[place], value=lines[place].value - part)
            left -= part


def _returned(bought: Line, taking: Line) -> Line:
    kept = bought.spent_fen + taking.spent_fen
    lost = growth_for(bought.spent_fen, bought.per_yuan) - growth_for(kept, bought.per_yuan)
    return replace(
        bought,
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
