"""Points as marbles in boxes: what the ledger must do, told in plain lists: no table, no hash, no lock."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone

FOREVER = datetime.max.replace(tzinfo=UTC)
SHANGHAI = timezone(timedelta(hours=8))


@dataclass
class Lot:
    """A box of points from one earning; `source` names the earning."""

    left: int
    expires_at: datetime | None
    source: object = None

    def is_over(self, now):
        return self.expires_at is not None and self.expires_at <= now


@dataclass
class Promise:
    """Points that are not there yet."""

    left: int
    settles_at: datetime
    expires_at: datetime | None
    source: object


@dataclass
class Hold:
    """Points set aside: which boxes gave how many."""

    parts: list[tuple[Lot, int]]
    until: datetime | None
    state: str = "open"

    @property
    def amount(self):
        return sum(part for _, part in self.parts)


@dataclass
class Model:
    """One member's points. `left` of a lot is what nobody has set aside."""

    lots: list[Lot] = field(default_factory=list)
    promises: list[Promise] = field(default_factory=list)
    holds: dict[object, Hold] = field(default_factory=dict)
    spends: dict[object, list[tuple[Lot, int]]] = field(default_factory=dict)
    debt: int = 0
    frozen: bool = False
    closed: bool = False

    @property
    def free(self):
        return sum(lot.left for lot in self.lots)

    @property
    def held(self):
        return sum(hold.amount for hold in self.open_holds().values())

    @property
    def pending(self):
        return sum(promise.left for promise in self.promises)

    @property
    def balance(self):
        return self.free + self.held - self.debt

    @property
    def by_expiry(self):
        """Points in boxes, set aside or not, by the instant at which they end."""
        found = {}
        aside = [part for hold in self.open_holds().values() for part in hold.parts]
        for lot, points in [(lot, lot.left) for lot in self.lots] + aside:
            if points:
                found[lot.expires_at] = found.get(lot.expires_at, 0) + points
        return found

    def open_holds(self):
        return {source: hold for source, hold in self.holds.items() if hold.state == "open"}

    def advance(self, now):
        """All that happens by itself up to `now`, in the order of time; at one instant points come before they go."""
        if self.frozen or self.closed:
            return
        while (at := min(self._instants(), default=FOREVER)) <= now:
            self._settle(at)
            for hold in self.open_holds().values():
                if hold.until and hold.until <= at:
                    self._free(hold, "expired", at)
            self._drop_expired(at)

    def earn(self, amount, expires_at, source):
        self.lots.append(Lot(amount, expires_at, source))
        self._pay_debt()

    def promise(self, amount, settles_at, expires_at, source):
        self.promises.append(Promise(amount, settles_at, expires_at, source))

    def spend(self, amount, source):
        self.spends[source] = self._take(amount)

    def take_back(self, amount, of):
        """Out of what is still promised, then the boxes of the very earning, then any; the rest is owed."""
        for promise in self.promises:
            if promise.source in of:
                part = min(promise.left, amount)
                promise.left -= part
                amount -= part
        self.promises = [promise for promise in self.promises if promise.left]
        own = [lot for lot in self.lots if lot.source in of]
        amount -= sum(part for _, part in self._take(amount, own))
        amount -= sum(part for _, part in self._take(amount))
        self.debt += amount

    def give_back(self, amount, spent, now):
        """Into the boxes that paid, what ends last first; what is over by now does not come to life again."""
        parts = self.spends[spent]
        parts.sort(key=lambda part: part[0].expires_at or FOREVER)
        while amount:
            lot, paid = parts.pop()
            part = min(paid, amount)
            lot.left += part
            amount -= part
            if paid > part:
                parts.append((lot, paid - part))
        self._drop_expired(now)
        self._pay_debt()

    def left_of(self, spent):
        return sum(part for _, part in self.spends.get(spent, []))

    def reserve(self, amount, until, source):
        self.holds[source] = Hold(self._take(amount), until)

    def capture(self, source, amount, now):
        """Spend the first `amount` of what is set aside; the rest is free again."""
        hold, paid, rest = self.holds[source], [], []
        for lot, part in hold.parts:
            used = min(part, amount)
            amount -= used
            paid += [(lot, used)] if used else []
            rest += [(lot, part - used)] if part > used else []
        hold.parts, hold.state = rest, "open"
        self.spends[source] = paid
        self._free(hold, "captured", now)

    def release(self, source, now):
        self._free(self.holds[source], "released", now)

    def transfer(self, amount, taker):
        for lot, part in self._take(amount):
            taker.lots.append(Lot(part, lot.expires_at))
        taker._pay_debt()

    def merge_into(self, other):
        """All that is here goes over; what one owes the other's points pay."""
        other.lots += [Lot(lot.left, lot.expires_at) for lot in self.lots]
        other.promises += self.promises
        other.debt += self.debt
        other._pay_debt()
        self._end()

    def close(self):
        self._end()

    def extend(self, lot, expires_at):
        lot.expires_at = expires_at

    def _end(self):
        for hold in self.open_holds().values():
            hold.state = "released"
        self.lots, self.promises, self.debt, self.closed = [], [], 0, True

    def _instants(self):
        yield from (promise.settles_at for promise in self.promises)
        yield from (hold.until for hold in self.open_holds().values() if hold.until)
        yield from (lot.expires_at for lot in self.lots if lot.left and lot.expires_at)

    def _settle(self, at):
        due = [promise for promise in self.promises if promise.settles_at <= at]
        self.promises = [promise for promise in self.promises if promise.settles_at > at]
        for promise in due:
            self.earn(promise.left, promise.expires_at, promise.source)

    def _free(self, hold, state, now):
        for lot, part in hold.parts:
            lot.left += part
        hold.parts, hold.state = [], state
        self._drop_expired(now)
        self._pay_debt()

    def _drop_expired(self, now):
        for lot in self.lots:
            if lot.is_over(now):
                lot.left = 0

    def _pay_debt(self):
        self.debt -= sum(part for _, part in self._take(self.debt))

    def _take(self, amount, lots=None):
        """Marbles out of boxes, from what ends soonest, then the oldest."""
        parts = []
        for lot in sorted(self.lots if lots is None else lots, key=lambda lot: lot.expires_at or FOREVER):
            part = min(lot.left, amount)
            if part:
                lot.left -= part
                amount -= part
                parts.append((lot, part))
        return parts


def good_until(kind, months, earned_at):
    """The first instant at which points earned then are no longer good, reckoned on a wall calendar in Shanghai."""
    day = earned_at.astimezone(SHANGHAI).date()
    if kind == "never":
        return None
    if kind == "year-end":
        last = date(day.year + 1, 12, 31)
    else:
        first_of_month = date(day.year + (day.month - 1 + months) // 12, (day.month - 1 + months) % 12 + 1, 1)
        length = ((first_of_month + timedelta(days=31)).replace(day=1) - first_of_month).days
        last = first_of_month.replace(day=min(day.day, length))
    return midnight_after(last)


def midnight_after(day):
    """The first instant after a day in Shanghai, which is eight hours ahead all year."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1, hours=-8)
