from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.kit.errors import Conflict, NotFound
from backend.kit.facts import announce
from backend.members import MemberJoined
from backend.points.facts import PointsEarned, PointsSpent
from backend.points.journal import allocate, append, live_lots, note_next_expiry, pay_debts, sweep
from backend.points.models import CANCEL, EARN, SPEND, TAKE_BACK, Account, Allocation, Debt, Entry, Lot
from backend.points.rules import GENESIS, Source, choose, expiry_of
from config import policy

LARGEST_AMOUNT: Final = 10**12


class NoAccount(NotFound):
    """There is no such member."""

    code = "points.no-account"
    message = "会员不存在"


class Insufficient(Conflict):
    """There are fewer points than asked for; `available` says how many there are."""

    code = "points.insufficient"
    message = "积分不足，当前可用 {available} 积分"


class NothingToCancel(NotFound):
    """Nothing was spent for this."""

    code = "points.nothing-to-cancel"
    message = "没有可退回的积分"


class AlreadyCancelled(Conflict):
    """The points were given back before."""

    code = "points.already-cancelled"
    message = "积分已退回"


def open_account(session: Session, joined: MemberJoined) -> None:
    """Open the account of a member who has just joined."""
    session.add(Account(member_id=joined.member_id, last_hash=GENESIS, last_at=joined.at, opened_at=joined.at))
    session.flush()  # whoever reacts next locks the row


def give_join_gift(session: Session, joined: MemberJoined) -> None:
    """Credit the gift that the house gives for joining, if it gives one."""
    if policy.JOIN_GIFT_POINTS:
        account = lock(session, joined.member_id, now=joined.at)
        credit(session, account, policy.JOIN_GIFT_POINTS, source=Source("join", joined.member_id), now=joined.at)


def lock(session: Session, member_id: int, *, now: datetime) -> Account:
    """Lock a member's account until the transaction ends, and write off what has expired at `now`.

    Every command that moves a member's points, coupons or stock begins here. Raises NoAccount.
    """
    mine = select(Account).where(Account.member_id == member_id).with_for_update()
    account = session.scalar(mine.execution_options(populate_existing=True))
    if account is None:
        raise NoAccount
    if account.next_expiry_at is not None and account.next_expiry_at <= now:
        lots = live_lots(session, account)
        sweep(session, account, lots, now=now)
        note_next_expiry(account, lots.values())
    return account


def credit(
    session: Session, account: Account, amount: int, *, source: Source, now: datetime, months: int | None = None
) -> Entry:
    """Add points, good for `months` (default: the house's policy; 0 means for ever). Debt is paid out of them first.

    Raises ValueError for an amount that is not above 0. A source that was credited before violates a constraint.
    """
    months = policy.POINTS_VALID_MONTHS if months is None else months
    expires_at = expiry_of(now, months) if months else None
    entry = append(session, account, EARN, _checked(amount), source=source, at=now, expires_at=expires_at)
    lot = Lot(
        member_id=account.member_id, lot_no=entry.seq, amount=amount, remaining=amount, expires_at=entry.expires_at
    )
    session.add(lot)
    pay_debts(session, account, {lot.lot_no: lot})
    if lot.remaining and expires_at and (account.next_expiry_at is None or expires_at < account.next_expiry_at):
        account.next_expiry_at = expires_at
    announce(
        session, PointsEarned(account.member_id, amount, entry.balance_after, entry.source_kind, entry.source_id, now)
    )
    return entry


def spend(session: Session, account: Account, amount: int, *, source: Source, now: datetime) -> Entry:
    """Take points out of the lots that expire soonest. Raises Insufficient, and then nothing has changed."""
    if _checked(amount) > account.available:
        raise Insufficient(available=account.available)
    lots = live_lots(session, account)
    entry = append(session, account, SPEND, -amount, source=source, at=now)
    allocate(session, entry, lots, choose(lots.values(), amount))
    note_next_expiry(account, lots.values())
    announce(
        session, PointsSpent(account.member_id, amount, entry.balance_after, entry.source_kind, entry.source_id, now)
    )
    return entry


def take_back(session: Session, account: Account, amount: int, *, source: Source, of: Source, now: datetime) -> Entry:
    """Take back points that `of` had earned: first from its own lot, then as spending would; what is left is a debt."""
    lots = live_lots(session, account)
    entry = append(session, account, TAKE_BACK, -_checked(amount), source=source, at=now)
    earned = _entry_of(session, account, of)
    own = lots.get(earned.seq) if earned else None
    taken = 0
    if own is not None:
        taken = allocate(session, entry, lots, [(own.lot_no, min(own.remaining, amount))])
    others = [lot for lot in lots.values() if lot is not own]
    taken += allocate(session, entry, lots, choose(others, amount - taken))
    if taken < amount:
        owed = amount - taken
        session.add(Debt(member_id=account.member_id, entry_seq=entry.seq, amount=owed, remaining=owed))
        account.debt += owed
    note_next_expiry(account, lots.values())
    return entry


def cancel(session: Session, account: Account, *, spent: Source, source: Source, now: datetime) -> Entry:
    """Give what `spent` took back into the very lots that paid, with their old expiry.

    What has expired meanwhile is given back and written off in the same breath: cancelling extends no expiry. Debt is
    paid out of the rest. Raises NothingToCancel, AlreadyCancelled.
    """
    paid = _entry_of(session, account, spent)
    if paid is None or paid.kind != SPEND:
        raise NothingToCancel
    if _entry_of(session, account, source) is not None:
        raise AlreadyCancelled
    parts = _allocations(session, paid)
    entry = append(session, account, CANCEL, -paid.amount, source=source, at=now)
    lots = _lots(session, account, parts)
    allocate(session, entry, lots, [(lot_no, -part) for lot_no, part in parts.items()])
    sweep(session, account, lots, now=now)
    pay_debts(session, account, lots)
    note_next_expiry(account, lots.values())
    return entry


def _checked(amount: int) -> int:
    if not 0 < amount <= LARGEST_AMOUNT:
        raise ValueError("an amount of points is a whole number above 0")
    return amount


def _entry_of(session: Session, account: Account, source: Source) -> Entry | None:
    return session.scalar(
        select(Entry).where(
            Entry.member_id == account.member_id, Entry.source_kind == source.kind, Entry.source_id == str(source.id)
        )
    )


def _allocations(session: Session, entry: Entry) -> dict[int, int]:
    parts = select(Allocation.lot_no, Allocation.amount).where(
        Allocation.member_id == entry.member_id, Allocation.entry_seq == entry.seq
    )
    return {part.lot_no: part.amount for part in session.execute(parts)}


def _lots(session: Session, account: Account, lot_numbers: dict[int, int]) -> dict[int, Lot]:
    """The live lots, and among them those named even when they are empty."""
    named = select(Lot).where(Lot.member_id == account.member_id, Lot.lot_no.in_(lot_numbers))
    return live_lots(session, account) | {lot.lot_no: lot for lot in session.scalars(named)}
