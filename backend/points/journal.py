"""The only place that writes the journal and moves lots. Each function expects the account locked."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.kit.facts import announce
from backend.points.facts import PointsEarned, PointsExpired
from backend.points.models import EARN, EXPIRE, Account, Allocation, Debt, Entry, Lot
from backend.points.rules import Source, choose, next_line

LARGEST_AMOUNT = 10**12


def checked(amount: int) -> int:
    """The amount itself. Raises ValueError when it is not a whole number above 0."""
    if not 0 < amount <= LARGEST_AMOUNT:
        raise ValueError("an amount of points is a whole number above 0")
    return amount


def append(
    session: Session,
    account: Account,
    kind: str,
    amount: int,
    *,
    source: Source,
    at: datetime,
    expires_at: datetime | None = None,
) -> Entry:
    """Write the next line of the journal; its instant is never before that of the line above."""
    entry = Entry(**next_line(account, kind, amount, source=source, at=at, expires_at=expires_at))
    session.add(entry)
    account.balance, account.last_seq, account.last_hash, account.last_at = (
        entry.balance_after,
        entry.seq,
        entry.hash,
        entry.at,
    )
    return entry


def earn(
    session: Session, account: Account, amount: int, *, source: Source, at: datetime, expires_at: datetime | None
) -> tuple[Entry, Lot]:
    """Write an earning with its lot, and pay debts out of it. Tells nobody."""
    entry = append(session, account, EARN, amount, source=source, at=at, expires_at=expires_at)
    lot = Lot(
        member_id=account.member_id,
        lot_no=entry.seq,
        amount=amount,
        remaining=amount,
        held=0,
        expires_at=entry.expires_at,
    )
    session.add(lot)
    pay_debts(session, account, {lot.lot_no: lot})
    if lot.free and expires_at and (account.next_expiry_at is None or expires_at < account.next_expiry_at):
        account.next_expiry_at = expires_at
        note_due(account)
    return entry, lot


def tell_earned(session: Session, entry: Entry, *, settled: bool = False) -> None:
    """Announce an earning, of points that had been promised where they have `settled`."""
    earned = PointsEarned(
        member_id=entry.member_id,
        amount=entry.amount,
        balance=entry.balance_after,
        source_kind=entry.source_kind,
        source_id=entry.source_id,
        at=entry.at,
        settled=settled,
    )
    announce(session, earned)


def entry_of(session: Session, member_id: int, source: Source) -> Entry | None:
    """The line that a source made, if it made one."""
    return session.scalar(
        select(Entry).where(
            Entry.member_id == member_id, Entry.source_kind == source.kind, Entry.source_id == str(source.id)
        )
    )


def live_lots(session: Session, account: Account) -> dict[int, Lot]:
    """The lots of an account that still hold points, by their number."""
    lots = select(Lot).where(Lot.member_id == account.member_id, Lot.remaining > 0)
    return {lot.lot_no: lot for lot in session.scalars(lots)}


def named_lots(session: Session, account: Account, lot_numbers: Iterable[int]) -> dict[int, Lot]:
    """The live lots, and among them those named even when they are empty."""
    named = select(Lot).where(Lot.member_id == account.member_id, Lot.lot_no.in_(list(lot_numbers)))
    return live_lots(session, account) | {lot.lot_no: lot for lot in session.scalars(named)}


def allocate(session: Session, entry: Entry, lots: Mapping[int, Lot], parts: Iterable[tuple[int, int]]) -> int:
    """Take `parts` (lot_no, points) out of lots for `entry`; below 0 gives back. Returns the sum taken."""
    taken = 0
    for lot_no, part in parts:
        lots[lot_no].remaining -= part
        taken += part
        session.add(
            Allocation(member_id=entry.member_id, entry_seq=entry.seq, lot_no=lot_no, by_seq=entry.seq, amount=part)
        )
    return taken


def pay_debts(session: Session, account: Account, lots: Mapping[int, Lot]) -> None:
    """Pay debts, oldest first, out of free points: what comes in or comes free first covers what is owed."""
    owing = select(Debt).where(Debt.member_id == account.member_id, Debt.remaining > 0).order_by(Debt.entry_seq)
    for debt in session.scalars(owing).all() if account.debt else ():
        for lot_no, part in choose(lots.values(), debt.remaining):
            lots[lot_no].remaining -= part
            debt.remaining -= part
            account.debt -= part
            session.add(
                Allocation(
                    member_id=account.member_id,
                    entry_seq=debt.entry_seq,
                    lot_no=lot_no,
                    by_seq=account.last_seq,
                    amount=part,
                )
            )


def write_off(session: Session, account: Account, lots: Mapping[int, Lot], *, at: datetime) -> None:
    """Write off what is free in lots whose time is over at an instant."""
    gone = [
        (lot.lot_no, lot.free)
        for lot in lots.values()
        if lot.free and lot.expires_at is not None and lot.expires_at <= at
    ]
    if not gone:
        return
    source = Source("expiry", account.last_seq + 1)
    entry = append(session, account, EXPIRE, -sum(part for _, part in gone), source=source, at=at)
    allocate(session, entry, lots, gone)
    announce(session, PointsExpired(account.member_id, -entry.amount, entry.balance_after, entry.source_id, entry.at))


def note_next_expiry(account: Account, lots: Iterable[Lot]) -> None:
    """Remember on the account when its next lot expires, so that nobody need look at lots before that."""
    account.next_expiry_at = min((lot.expires_at for lot in lots if lot.free and lot.expires_at), default=None)
    note_due(account)


def note_due(account: Account) -> None:
    """Remember when something happens next by itself; on a frozen or closed account nothing does."""
    moments = (account.next_settle_at, account.next_release_at, account.next_expiry_at)
    still = account.frozen_at is not None or account.closed_at is not None
    account.next_due_at = None if still else min((at for at in moments if at), default=None)
