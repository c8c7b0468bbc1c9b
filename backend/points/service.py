from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from backend.kit.facts import announce
from backend.members import MemberJoined
from backend.points import pending
from backend.points.due import bring_up_to
from backend.points.errors import (
    AccountClosed,
    AlreadyCancelled,
    Frozen,
    Insufficient,
    NoAccount,
    NothingToCancel,
)
from backend.points.facts import PointsSpent
from backend.points.journal import (
    allocate,
    append,
    checked,
    earn,
    entry_of,
    live_lots,
    named_lots,
    note_next_expiry,
    pay_debts,
    tell_earned,
    write_off,
)
from backend.points.models import CANCEL, SPEND, TAKE_BACK, Account, Allocation, Debt, Entry, GiveBack, Lot
from backend.points.rules import GENESIS, HOUSE_EXPIRY, Expiry, Source, choose, spending_order


@dataclass(frozen=True)
class TakenBack:
    """Where points that were taken back came from: not yet settled ones, the account's, and what is owed now."""

    pending: int
    points: int
    debt: int


def open_account(session: Session, joined: MemberJoined) -> None:
    """Open the account of a member who has just joined."""
    session.add(Account(member_id=joined.member_id, last_hash=GENESIS, last_at=joined.at, opened_at=joined.at))
    session.flush()  # whoever reacts next locks the row


def lock(session: Session, member_id: int, *, now: datetime) -> Account:
    """Lock a member's account until the transaction ends, and do all that was due on it at `now`.

    Every command that moves a member's points, coupons or stock begins here. Raises NoAccount, AccountClosed.
    """
    mine = select(Account).where(Account.member_id == member_id).with_for_update()
    account = session.scalar(mine.execution_options(populate_existing=True))
    if account is None:
        raise NoAccount
    if account.closed_at is not None:
        raise AccountClosed
    bring_up_to(session, account, now=now)
    return account


def lock_both(session: Session, one_id: int, other_id: int, *, now: datetime) -> tuple[Account, Account]:
    """Lock two accounts, always in the same order. Raises NoAccount, AccountClosed; ValueError for twice the same."""
    if one_id == other_id:
        raise ValueError("two accounts are two members'")
    locked = {member_id: lock(session, member_id, now=now) for member_id in sorted((one_id, other_id))}
    return locked[one_id], locked[other_id]


def credit(
    session: Session, account: Account, amount: int, *, source: Source, now: datetime, expiry: Expiry | None = None
) -> Entry:
    """Add points, good for as long as `expiry` says (default: the house's). Debt is paid out of them first.

    Raises ValueError for an amount that is not above 0. A source that was credited before violates a constraint.
    """
    expires_at = (expiry or HOUSE_EXPIRY).of(now)
    entry, _ = earn(session, account, checked(amount), source=source, at=now, expires_at=expires_at)
    tell_earned(session, entry)
    return entry


def spend(session: Session, account: Account, amount: int, *, source: Source, now: datetime) -> Entry:
    """Take points out of the lots that expire soonest. Raises Insufficient, Frozen, and then nothing has changed."""
    if account.frozen_at is not None:
        raise Frozen
    if checked(amount) > account.available:
        raise Insufficient(available=account.available)
    lots = live_lots(session, account)
    entry = append(session, account, SPEND, -amount, source=source, at=now)
    allocate(session, entry, lots, choose(lots.values(), amount))
    note_next_expiry(account, lots.values())
    announce(
        session, PointsSpent(account.member_id, amount, entry.balance_after, entry.source_kind, entry.source_id, now)
    )
    return entry


def take_back(
    session: Session, account: Account, amount: int, *, source: Source, of: Sequence[Source], now: datetime
) -> TakenBack:
    """Take back points that `of` had earned: what of them is still pending, then their own lots, then as spending
    would; what is left is a debt. What is set aside by holds stays. A source that took back before violates a
    constraint.
    """
    waiting = pending.cut(session, account, checked(amount), source=source, of=of, now=now)
    if waiting == amount:
        return TakenBack(amount, 0, 0)
    due = amount - waiting
    lots = live_lots(session, account)
    entry = append(session, account, TAKE_BACK, -due, source=source, at=now)
    own = [lots[no] for no in _earned_by(session, account, of) if no in lots]
    taken = allocate(session, entry, lots, choose(own, due))
    others = [lot for lot in lots.values() if lot not in own]
    taken += allocate(session, entry, lots, choose(others, due - taken))
    if taken < due:
        _owe(session, account, entry, due - taken)
    note_next_expiry(account, lots.values())
    return TakenBack(waiting, taken, due - taken)


def cancel(session: Session, account: Account, *, spent: Source, source: Source, now: datetime) -> Entry:
    """Give all that is left of what `spent` took back into the very lots that paid, with their old expiry.

    What has expired meanwhile is given back and written off in the same breath: cancelling extends no expiry. Debt is
    paid out of the rest. Raises NothingToCancel, AlreadyCancelled.
    """
    paid, left = returnable(session, account, spent)
    if not left or entry_of(session, account.member_id, source) is not None:
        raise AlreadyCancelled
    return _give_back(session, account, paid, left, source=source, now=now)


def give_back(
    session: Session, account: Account, amount: int, *, spent: Source, source: Source, now: datetime
) -> Entry:
    """Give a part of what `spent` took back, the lot that paid last first; otherwise as `cancel` does.

    Raises NothingToCancel when more is asked for than is left, AlreadyCancelled for a source that gave back before.
    """
    paid, left = returnable(session, account, spent)
    if entry_of(session, account.member_id, source) is not None:
        raise AlreadyCancelled
    parts, missing = [], checked(amount)
    for lot_no, part in reversed(left):
        if missing:
            parts.append((lot_no, min(part, missing)))
            missing -= parts[-1][1]
    if missing:
        raise NothingToCancel
    return _give_back(session, account, paid, parts, source=source, now=now)


def returnable(session: Session, account: Account, spent: Source) -> tuple[Entry, list[tuple[int, int]]]:
    """The entry that `spent` made, and what it took and was not given back: (lot_no, points) in spending order.

    Raises NothingToCancel.
    """
    paid = entry_of(session, account.member_id, spent)
    if paid is None or paid.kind != SPEND:
        raise NothingToCancel
    returns = select(GiveBack.by_seq).where(GiveBack.member_id == paid.member_id, GiveBack.spent_seq == paid.seq)
    sums = (
        select(Allocation.lot_no, func.sum(Allocation.amount))
        .where(Allocation.member_id == paid.member_id)
        .where(or_(Allocation.entry_seq == paid.seq, Allocation.entry_seq.in_(returns)))
        .group_by(Allocation.lot_no)
    )
    left = {lot_no: int(points) for lot_no, points in session.execute(sums) if points}  # a DECIMAL on MariaDB
    paying = select(Lot).where(Lot.member_id == paid.member_id, Lot.lot_no.in_(left))
    return paid, [(lot.lot_no, left[lot.lot_no]) for lot in sorted(session.scalars(paying), key=spending_order)]


def _give_back(
    session: Session, account: Account, paid: Entry, parts: list[tuple[int, int]], *, source: Source, now: datetime
) -> Entry:
    entry = append(session, account, CANCEL, sum(part for _, part in parts), source=source, at=now)
    session.add(GiveBack(member_id=account.member_id, spent_seq=paid.seq, by_seq=entry.seq))
    lots = named_lots(session, account, [lot_no for lot_no, _ in parts])
    allocate(session, entry, lots, [(lot_no, -part) for lot_no, part in parts])
    write_off(session, account, lots, at=now)
    pay_debts(session, account, lots)
    note_next_expiry(account, lots.values())
    return entry


def _earned_by(session: Session, account: Account, of: Sequence[Source]) -> list[int]:
    if not of:
        return []
    ids = {one.kind: [str(each.id) for each in of if each.kind == one.kind] for one in of}
    named = or_(*((Entry.source_kind == kind) & Entry.source_id.in_(found) for kind, found in ids.items()))
    return list(session.scalars(select(Entry.seq).where(Entry.member_id == account.member_id, named)))


def _owe(session: Session, account: Account, entry: Entry, points: int) -> None:
    session.add(Debt(member_id=account.member_id, entry_seq=entry.seq, amount=points, remaining=points))
    account.debt += points
