from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

from sqlalchemy import and_, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from backend import purchases, rulebooks
from backend.insights.rules import SECTIONS, section_of
from backend.kit.calendar import add_months, day_start
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

    A month costs what was written since it began, however long the history. All statements must see one state of the
    database. Raises MonthsRefused.
    """
    months = _months(first, last, now)
    total = _total(session, Account.balance)
    edges = [_balance_at(session, total, day_start(month)) for month in (*months, add_months(months[-1], 1))]
    return Liability(
        at=now,
        months=tuple(
            _month(session, month, opening, closing, total)
            for month, (opening, closing) in zip(months, pairwise(edges), strict=True)
        ),
        beside=_beside(session, day_start(add_months(months[-1], 1)), now),
        points_per_yuan=_points_per_yuan(session, now),
        proofs=(Proof("lots", total, _in_lots(session)),),
    )


def _months(first: date, last: date, now: datetime) -> Sequence[date]:
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    months = [add_months(first.replace(day=1), number) for number in range(min(count, MOST_MONTHS + 1))]
    if not 1 <= len(months) <= MOST_MONTHS or day_start(months[-1]) > now:
        raise MonthsRefused
    return months


def _month(session: Session, first: date, opening: int, closing: int, total: int) -> Month:
    end = day_start(add_months(first, 1))
    movements = _movements(session, day_start(first), end)
    since = session.scalar(select(func.sum(Entry.amount)).where(Entry.at >= end))
    return Month(
        first=first,
        opening=opening,
        movements=movements,
        closing=closing,
        proofs=(
            Proof("journal", opening + sum(movement.points for movement in movements), closing),
            Proof("accounts", total - int(since or 0), closing),
            Proof("moves", 0, sum(movement.points for movement in movements if movement.section == "moved")),
        ),
    )


def _movements(session: Session, start: datetime, end: datetime) -> tuple[Movement, ...]:
    up = (Entry.amount > 0).label("up")
    by_cause = (
        select(Entry.kind, Entry.source_kind, up, func.count(), func.sum(Entry.amount))
        .where(Entry.at >= start, Entry.at < end, Entry.amount != 0)
        .group_by(Entry.kind, Entry.source_kind, up)
    )
    found = [
        Movement(section_of(kind, source_kind, up=bool(is_up)), source_kind, kind, lines, int(amount))
        for kind, source_kind, is_up, lines, amount in session.execute(by_cause)
    ]
    order = list(SECTIONS)
    return tuple(sorted(found, key=lambda one: (order.index(one.section), one.source_kind, one.kind)))


def _balance_at(session: Session, total: int, at: datetime) -> int:
    """All balances at an instant: what they are now, less what each account has moved by its lines from then on.

    The balance before those lines is read off the line above them, so that no amount is trusted here.
    """
    first = (
        select(Entry.member_id, func.min(Entry.seq).label("seq"))
        .where(Entry.at >= at)
        .group_by(Entry.member_id)
        .subquery()
    )
    moved = (
        select(func.sum(Account.balance - func.coalesce(Entry.balance_after, 0)))
        .select_from(first)
        .join(Account, Account.member_id == first.c.member_id)
        .outerjoin(Entry, and_(Entry.member_id == first.c.member_id, Entry.seq == first.c.seq - 1))
    )
    return total - int(session.scalar(moved) or 0)


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


def _in_lots(session: Session) -> int:
    return _total(session, Lot.remaining) - _total(session, Account.debt)


def _total(session: Session, column: InstrumentedAttribute[int]) -> int:
    # a sum is a DECIMAL on MariaDB
    return int(session.scalar(select(func.sum(column))) or 0)
