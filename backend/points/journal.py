"""The only place that writes the journal and moves lots. Each function expects the account locked."""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.kit.facts import announce
from backend.points.facts import PointsExpired
from backend.points.models import EXPIRE, Account, Allocation, Debt, Entry, Lot
from backend.points.rules import Source, chained, choose, spending_order


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
    entry = Entry(
        member_id=account.member_id,
        seq=account.last_seq + 1,
        kind=kind,
        amount=amount,
        balance_after=account.balance + amount,
        source_kind=source.kind,
        source_id=str(source.id),
        expires_at=expires_at,
        at=max(at, account.last_at),
    )
    entry.hash = chained(account.last_hash, entry)
    session.add(entry)
    account.balance, account.last_seq, account.last_hash, account.last_at = (
        entry.balance_after,
        entry.seq,
        entry.hash,
        entry.at,
    )
    return entry


def live_lots(session: Session, account: Account) -> dict[int, Lot]:
    """The lots of an account that still hold points, by their number."""
    lots = select(Lot).where(Lot.member_id == account.member_id, Lot.remaining > 0)
    return {lot.lot_no: lot for lot in session.scalars(lots)}


def allocate(session: Session, entry: Entry, lots: dict[int, Lot], parts: Iterable[tuple[int, int]]) -> int:
    """Take `parts` (lot_no, points) out of lots for `entry`; below 0 gives back. Returns the sum taken."""
    taken = 0
    for lot_no, part in parts:
        lots[lot_no].remaining -= part
        taken += part
        session.add(
            Allocation(member_id=entry.member_id, entry_seq=entry.seq, lot_no=lot_no, by_seq=entry.seq, amount=part)
        )
    return taken


def pay_debts(session: Session, account: Account, lots: dict[int, Lot]) -> None:
    """Pay debts, oldest first, out of lots: what was just earned or given back first covers what is owed."""
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


def sweep(session: Session, account: Account, lots: dict[int, Lot], *, now: datetime) -> None:
    """Write off lots that are no longer good at `now`, each with the instant at which it expired."""
    over = sorted((lot for lot in lots.values() if not _good(lot, now)), key=spending_order)
    for expired_at, together in groupby(over, key=lambda lot: lot.expires_at):
        gone = [(lot.lot_no, lot.remaining) for lot in together]
        entry = append(
            session,
            account,
            EXPIRE,
            -sum(part for _, part in gone),
            source=Source("expiry", account.last_seq + 1),
            at=expired_at or now,
        )
        allocate(session, entry, lots, gone)
        announce(session, PointsExpired(account.member_id, -entry.amount, entry.balance_after, entry.at))


def note_next_expiry(account: Account, lots: Iterable[Lot]) -> None:
    """Remember on the account when its next lot expires, so that nobody need look at lots before that."""
    account.next_expiry_at = min((lot.expires_at for lot in lots if lot.remaining and lot.expires_at), default=None)


def _good(lot: Lot, now: datetime) -> bool:
    return lot.remaining == 0 or lot.expires_at is None or now < lot.expires_at
