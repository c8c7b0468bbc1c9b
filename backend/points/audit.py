"""Finds what cannot be: broken chains, sums that do not agree, lots out of range. Reads only, repairs nothing."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.points.models import EARN, Account, Allocation, Debt, Entry, Lot
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


def verify(session: Session, member_ids: Sequence[int]) -> list[Fault]:
    """The faults of some accounts, in five statements however many accounts; empty when all is well.

    Of a broken chain the first bad line is named, and the lines after it are not looked at.
    """
    faults = []
    for books in _books(session, member_ids):
        for check in (_chain, _account, _lots, _payments):
            faults += [Fault(books.account.member_id, row, what) for row, what in check(books)]
    return faults


def _books(session: Session, member_ids: Sequence[int]) -> Iterator[Books]:
    accounts = session.scalars(select(Account).where(Account.member_id.in_(member_ids)))
    found = {account.member_id: Books(account) for account in accounts.all()}
    for entry in session.scalars(
        select(Entry).where(Entry.member_id.in_(member_ids)).order_by(Entry.member_id, Entry.seq)
    ):
        found[entry.member_id].entries.append(entry)
    for lot in session.scalars(select(Lot).where(Lot.member_id.in_(member_ids))):
        found[lot.member_id].lots.append(lot)
    for allocation in session.scalars(select(Allocation).where(Allocation.member_id.in_(member_ids))):
        found[allocation.member_id].allocations.append(allocation)
    for debt in session.scalars(select(Debt).where(Debt.member_id.in_(member_ids))):
        found[debt.member_id].debts.append(debt)
    yield from found.values()


def _chain(books: Books) -> Iterator[tuple[str, str]]:
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


def _account(books: Books) -> Iterator[tuple[str, str]]:
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
    if account.debt and any(lot.remaining for lot in books.lots):
        yield row, "debt beside lots with points"
    expiries = [lot.expires_at for lot in books.lots if lot.remaining and lot.expires_at]
    if account.next_expiry_at != min(expiries, default=None):
        yield row, "next expiry is not that of the lots"


def _lots(books: Books) -> Iterator[tuple[str, str]]:
    entries = {entry.seq: entry for entry in books.entries}
    used: defaultdict[int, int] = defaultdict(int)
    for allocation in books.allocations:
        used[allocation.lot_no] += allocation.amount
    for lot in books.lots:
        row, earning = f"point_lots lot {lot.lot_no}", entries.pop(lot.lot_no, None)
        if earning is None or earning.kind != EARN:
            yield row, "no earning made it"
        elif (lot.amount, lot.expires_at) != (earning.amount, earning.expires_at):
            yield row, "is not what its earning says"
        if not 0 <= lot.remaining <= lot.amount or lot.remaining != lot.amount - used.pop(lot.lot_no, 0):
            yield row, "what is left is not its amount less what was used"
    for seq in (entry.seq for entry in entries.values() if entry.kind == EARN):
        yield f"point_entries seq {seq}", "the earning has no lot"
    for lot_no in used:
        yield f"point_allocations lot {lot_no}", "of a lot that is not there"


def _payments(books: Books) -> Iterator[tuple[str, str]]:
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
