from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from backend import purchases, rulebooks
from backend.insights.rules import SECTIONS, section_of
from backend.kit.calendar import add_months, day_start, shop_day
from backend.kit.errors import Invalid
from backend.points import Account, Entry, Lot

MOST_MONTHS = 60


class MonthsRefused(Invalid):
    """A report is of 1 to 60 months in their order, none of which is still to come."""

    code = "insights.months-refused"
    message = "月份须按先后顺序，至多 60 个月，且不能晚于本月"


@dataclass(frozen=True)
class Movement:
    """What moved in a month for one cause: how many lines of the journal, how many points (below 0: out)."""

    section: str
    source_kind: str
    kind: str
    lines: int
    points: int


@dataclass(frozen=True)
class Proof:
    """One number come by in two ways; a report is sound when all its proofs hold."""

    name: str
    expected: int
    found: int

    @property
    def holds(self) -> bool:
        return self.expected == self.found


@dataclass(frozen=True)
class Month:
    """The points owed to all members when a shop month opens and closes, and all that moved between."""

    first: date
    opening: int
    movements: tuple[Movement, ...]
    closing: int
    proofs: tuple[Proof, ...]


@dataclass(frozen=True)
class Beside:
    """What stands beside the balances at the instant of the report.

    `held` is part of the balances, `debt` has lowered them, `pending` is not in them yet, `overdue` has passed its last
    day by the end of the report and is still to be written off.
    """

    pending: int
    held: int
    debt: int
    overdue: int


@dataclass(frozen=True)
class Liability:
    """The liability of whole shop months, with its proofs. `points_per_yuan` is what the till gives for points now."""

    at: datetime
    months: tuple[Month, ...]
    beside: Beside
    points_per_yuan: int
    proofs: tuple[Proof, ...]

    @property
    def sound(self) -> bool:
        """Whether every proof of the report and of its months holds."""
        return all(
            proof.holds for proofs in (self.proofs, *(month.proofs for month in self.months)) for proof in proofs
        )


def liability(session: Session, first: date, last: date, *, now: datetime) -> Liability:
    """The report of the shop months of the days `first` to `last`; the month of `now` runs up to now.

    It walks back from the balances of now, month by month: a month costs what was written in it and since, however
    long the history before. All statements must see one state of the database. Raises MonthsRefused.
    """
    reported = _months(first, last, now)
    total = closing = owed = _total(session, Account.balance)
    months = []
    for month in reversed(_up_to(shop_day(now), reported[0])):
        span = _span(month, now)
        movements, opening = _movements(session, span), closing - _change(session, span)
        if month in reported:
            months.append(_proven(Month(month, opening, movements, closing, ()), owed))
        closing, owed = opening, owed - sum(movement.points for movement in movements)
    return Liability(
        at=now,
        months=tuple(reversed(months)),
        beside=_beside(session, day_start(add_months(reported[-1], 1)), now),
        points_per_yuan=_points_per_yuan(session, now),
        proofs=(Proof("lots", total, _total(session, Lot.remaining) - _total(session, Account.debt)),),
    )


def _months(first: date, last: date, now: datetime) -> Sequence[date]:
    months = _up_to(last, first) if first <= last else []
    if not 1 <= len(months) <= MOST_MONTHS or day_start(months[-1]) > now:
        raise MonthsRefused
    return months


def _up_to(last: date, first: date) -> list[date]:
    """The first days of the months from that of `first` to that of `last`."""
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    return [add_months(first.replace(day=1), number) for number in range(count)]


def _span(month: date, now: datetime) -> ColumnElement[bool]:
    """The lines of a month; all that is written since it began, if it is the present one."""
    start, end = day_start(month), day_start(add_months(month, 1))
    return and_(Entry.at >= start, Entry.at < end) if end <= now else Entry.at >= start


def _proven(month: Month, owed: int) -> Month:
    """The month with its proofs; `owed` is the sum of all balances of now less the amounts written since its end."""
    moved = sum(movement.points for movement in month.movements)
    handed_on = sum(movement.points for movement in month.movements if movement.section == "moved")
    proofs = (
        Proof("journal", month.opening + moved, month.closing),
        Proof("accounts", owed, month.closing),
        Proof("moves", 0, handed_on),
    )
    return replace(month, proofs=proofs)


def _movements(session: Session, span: ColumnElement[bool]) -> tuple[Movement, ...]:
    up = (Entry.amount > 0).label("up")
    by_cause = (
        select(Entry.kind, Entry.source_kind, up, func.count(), func.sum(Entry.amount))
        .where(span, Entry.amount != 0)
        .group_by(Entry.kind, Entry.source_kind, up)
    )
    found = [
        Movement(section_of(kind, source_kind, up=bool(is_up)), source_kind, kind, lines, int(amount))
        for kind, source_kind, is_up, lines, amount in session.execute(by_cause)
    ]
    order = list(SECTIONS)
    return tuple(sorted(found, key=lambda one: (order.index(one.section), one.source_kind, one.kind)))


def _change(session: Session, span: ColumnElement[bool]) -> int:
    """By how much the balances of all accounts differ after the lines of a span from what they were before them.

    Both are read off lines as balances, before it off the line above the first: no amount of the span is trusted here.
    """
    ends = (
        select(Entry.member_id, func.min(Entry.seq).label("first"), func.max(Entry.seq).label("last"))
        .where(span)
        .group_by(Entry.member_id)
        .subquery()
    )
    before, after = aliased(Entry), aliased(Entry)
    moved = (
        select(func.sum(after.balance_after - func.coalesce(before.balance_after, 0)))
        .select_from(ends)
        .join(after, and_(after.member_id == ends.c.member_id, after.seq == ends.c.last))
        .outerjoin(before, and_(before.member_id == ends.c.member_id, before.seq == ends.c.first - 1))
    )
    return int(session.scalar(moved) or 0)


def _beside(session: Session, end: datetime, now: datetime) -> Beside:
    until = min(end, now)
    overdue = (
        select(func.sum(Lot.remaining - Lot.held))
        .select_from(Account)
        .join(Lot, Lot.member_id == Account.member_id)
        .where(Account.next_expiry_at <= until, Lot.expires_at <= until)
    )
    return Beside(
        pending=_total(session, Account.pending),
        held=_total(session, Account.held),
        debt=_total(session, Account.debt),
        overdue=int(session.scalar(overdue) or 0),
    )


def _points_per_yuan(session: Session, now: datetime) -> int:
    book = rulebooks.live(session, "cash", now=now)
    return purchases.checked_cash_book(book.definition).points_per_yuan


def _total(session: Session, column: InstrumentedAttribute[int]) -> int:
    # a sum is a DECIMAL on MariaDB
    return int(session.scalar(select(func.sum(column))) or 0)
