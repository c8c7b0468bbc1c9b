"""Finds what cannot be: broken chains, sums that do not agree, lots out of range. Reads only, repairs nothing."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.points.models import (
    EARN,
    HELD,
    SETTLED,
    WAITING,
    Account,
    Allocation,
    Debt,
    Entry,
    Extension,
    Hold,
    HoldPart,
    Lot,
    Pending,
    PendingCut,
)
from backend.points.rules import GENESIS, chained


@dataclass(frozen=True)
class Fault:
    """Something wrong in an account; `row` names the first row that shows it."""

    member_id: int
    row: str
    what: str


@dataclass
class Books:
    """All that is written about one account."""

    account: Account
    entries: list[Entry] = field(default_factory=list)
    lots: list[Lot] = field(default_factory=list)
    allocations: list[Allocation] = field(default_factory=list)
    debts: list[Debt] = field(default_factory=list)
    pendings: list[Pending] = field(default_factory=list)
    cuts: list[PendingCut] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    hold_parts: list[HoldPart] = field(default_factory=list)
    extensions: list[Extension] = field(default_factory=list)


SHELVES: Final[dict[str, Any]] = {
    "entries": Entry,
    "lots": Lot,
    "allocations": Allocation,
    "debts": Debt,
    "pendings": Pending,
    "cuts": PendingCut,
    "holds": Hold,
    "hold_parts": HoldPart,
    "extensions": Extension,
}

Found = Iterator[tuple[str, str]]


def verify(session: Session, member_ids: Sequence[int]) -> list[Fault]:
    """The faults of some accounts, in ten statements however many accounts; empty when all is well.

    Of a broken chain the first bad line is named, and the lines after it are not looked at.
    """
    faults = []
    for books in _books(session, member_ids):
        for check in (_chain, _account, _moments, _lots, _payments, _pendings, _holds):
            faults += [Fault(books.account.member_id, row, what) for row, what in check(books)]
    return faults


def _books(session: Session, member_ids: Sequence[int]) -> Iterator[Books]:
    accounts = session.scalars(select(Account).where(Account.member_id.in_(member_ids)))
    found = {account.member_id: Books(account) for account in accounts.all()}
    for shelf, table in SHELVES.items():
        rows = select(table).where(table.member_id.in_(member_ids)).order_by(*table.__table__.primary_key.columns)
        for row in session.scalars(rows):
            getattr(found[row.member_id], shelf).append(row)
    yield from found.values()


def _chain(books: Books) -> Found:
    previous, balance, last_at = GENESIS, 0, books.account.opened_at
    for seq, entry in enumerate(books.entries, start=1):
        row = f"point_entries seq {seq}"
        balance += entry.amount
        if entry.seq != seq:
            yield row, "the line is missing"
        elif entry.hash != chained(previous, entry):
            yield row, "the line does not fit the chain"
        elif entry.balance_after != balance:
            yield row, "the balance does not add up"
        elif entry.at < last_at:
            yield row, "the line is older than the one before"
        else:
            previous, last_at = entry.hash, entry.at
            continue
        return


def _account(books: Books) -> Found:
    account, row = books.account, "point_accounts"
    last = books.entries[-1] if books.entries else None
    if (account.last_seq, account.last_hash) != ((last.seq, last.hash) if last else (0, GENESIS)):
        yield row, "does not end where the journal ends"
    if account.balance != sum(entry.amount for entry in books.entries):
        yield row, "balance is not the sum of the journal"
    if account.balance != sum(lot.remaining for lot in books.lots) - account.debt:
        yield row, "balance is not what is left in lots less debt"
    if account.debt != sum(debt.remaining for debt in books.debts):
        yield row, "debt is not the sum of debts"
    if account.debt and any(lot.free for lot in books.lots):
        yield row, "debt beside lots with free points"
    if account.pending != sum(pending.remaining for pending in books.pendings if pending.status == WAITING):
        yield row, "pending is not the sum of what is pending"
    if account.held != sum(hold.amount for hold in books.holds if hold.status == HELD):
        yield row, "held is not the sum of holds"
    if account.closed_at and (account.balance or account.debt or account.held or account.pending):
        yield row, "is closed and not empty"


def _moments(books: Books) -> Found:
    account = books.account
    expected: tuple[datetime | None, datetime | None, datetime | None] = (None, None, None)
    if account.closed_at is None:
        expected = (
            min((lot.expires_at for lot in books.lots if lot.free and lot.expires_at), default=None),
            min((one.settles_at for one in books.pendings if one.status == WAITING), default=None),
            min((hold.ends_at for hold in books.holds if hold.status == HELD and hold.ends_at), default=None),
        )
    if (account.next_expiry_at, account.next_settle_at, account.next_release_at) != expected:
        yield "point_accounts", "next expiry, settling or release is not that of the rows"
    due = None if account.frozen_at else min((at for at in expected if at), default=None)
    if account.next_due_at != due:
        yield "point_accounts", "next due is not the soonest of them"


def _lots(books: Books) -> Found:
    entries = {entry.seq: entry for entry in books.entries}
    extended = {one.lot_no: one.to_at for one in books.extensions}
    used: defaultdict[int, int] = defaultdict(int)
    for allocation in books.allocations:
        used[allocation.lot_no] += allocation.amount
    for lot in books.lots:
        row, earning = f"point_lots lot {lot.lot_no}", entries.pop(lot.lot_no, None)
        if earning is None or earning.kind != EARN:
            yield row, "no earning made it"
        elif (lot.amount, lot.expires_at) != (earning.amount, extended.get(lot.lot_no, earning.expires_at)):
            yield row, "is not what its earning says"
        if not 0 <= lot.remaining <= lot.amount or lot.remaining != lot.amount - used.pop(lot.lot_no, 0):
            yield row, "what is left is not its amount less what was used"
    for seq in (entry.seq for entry in entries.values() if entry.kind == EARN):
        yield f"point_entries seq {seq}", "the earning has no lot"
    for lot_no in used:
        yield f"point_allocations lot {lot_no}", "of a lot that is not there"


def _payments(books: Books) -> Found:
    at_once, later = defaultdict[int, int](int), defaultdict[int, int](int)
    for allocation in books.allocations:
        paid = at_once if allocation.by_seq == allocation.entry_seq else later
        paid[allocation.entry_seq] += allocation.amount
    owed = {debt.entry_seq: debt for debt in books.debts}
    for entry in books.entries:
        debt, row = owed.pop(entry.seq, None), f"point_entries seq {entry.seq}"
        due = 0 if entry.kind == EARN else -entry.amount
        if at_once.pop(entry.seq, 0) != due - (debt.amount if debt else 0):
            yield row, "the lots that paid do not add up to it"
        if later.pop(entry.seq, 0) != (debt.amount - debt.remaining if debt else 0):
            yield row, "what was paid of its debt does not add up"
    for seq in [*at_once, *later, *owed]:
        yield f"point_entries seq {seq}", "was paid for and is not there"


def _pendings(books: Books) -> Found:
    cut: defaultdict[int, int] = defaultdict(int)
    for one in books.cuts:
        cut[one.pending_id] += one.amount
    earned = {(entry.source_kind, entry.source_id): entry.amount for entry in books.entries if entry.kind == EARN}
    for pending in books.pendings:
        row = f"point_pendings {pending.id}"
        if pending.remaining != pending.amount - cut.pop(pending.id, 0):
            yield row, "what is left is not its amount less what was taken back"
        settled = earned.get((pending.source_kind, pending.source_id))
        if pending.status == SETTLED and settled != pending.remaining:
            yield row, "is settled and no earning says so"
        if pending.status != SETTLED and settled is not None:
            yield row, "has come in and is not settled"
    for pending_id in cut:
        yield f"point_pending_cuts {pending_id}", "of something pending that is not there"


def _holds(books: Books) -> Found:
    parts = defaultdict[int, int](int)
    aside = defaultdict[int, int](int)
    open_ones = {hold.id for hold in books.holds if hold.status == HELD}
    for part in books.hold_parts:
        parts[part.hold_id] += part.amount
        if part.hold_id in open_ones:
            aside[part.lot_no] += part.amount
    for hold in books.holds:
        if parts.pop(hold.id, 0) != hold.amount:
            yield f"point_holds {hold.id}", "the lots set aside do not add up to it"
    for lot in books.lots:
        if lot.held != aside.pop(lot.lot_no, 0):
            yield f"point_lots lot {lot.lot_no}", "what is set aside is not what the holds say"
    for hold_id in parts:
        yield f"point_hold_parts {hold_id}", "of a hold that is not there"
    for lot_no in aside:
        yield f"point_lots lot {lot_no}", "is set aside and not there"
