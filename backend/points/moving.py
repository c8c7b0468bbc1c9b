"""Points that change hands or end: from member to member, two accounts into one, an account that is closed."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from backend.kit.facts import announce
from backend.points import holding, pending
from backend.points.errors import Frozen, HoldsOpen, Insufficient
from backend.points.facts import PointsSpent
from backend.points.journal import (
    allocate,
    append,
    checked,
    earn,
    live_lots,
    note_due,
    note_next_expiry,
    tell_earned,
)
from backend.points.models import RELEASED, SPEND, WAITING, Account, Entry, Lot, Pending
from backend.points.rules import NEVER, Source, choose
from backend.points.service import take_back


@dataclass(frozen=True)
class Moved:
    """What was moved to another account, or ended with this one."""

    points: int
    pending: int
    debt: int


def transfer(
    session: Session, giver: Account, taker: Account, amount: int, *, source_id: int | str, now: datetime
) -> Entry:
    """Give points to another member; they stay good for just as long. Returns the giver's entry.

    Raises Insufficient, Frozen (either of the two), and then nothing has changed.
    """
    if giver.frozen_at is not None or taker.frozen_at is not None:
        raise Frozen
    if checked(amount) > giver.available:
        raise Insufficient(available=giver.available)
    lots = live_lots(session, giver)
    entry = _hand_over(session, giver, taker, amount, lots=lots, why=Source("transfer", source_id), now=now)
    announce(
        session, PointsSpent(giver.member_id, amount, entry.balance_after, entry.source_kind, entry.source_id, now)
    )
    return entry


def merge(session: Session, gone: Account, into: Account, *, source_id: int | str, now: datetime) -> Moved:
    """Move all that an account has and owes to another one, and close it. Each lot stays good for just as long.

    Raises HoldsOpen, Frozen (either of the two), and then nothing has changed.
    """
    if gone.held:
        raise HoldsOpen
    if gone.frozen_at is not None or into.frozen_at is not None:
        raise Frozen
    lots, debt = live_lots(session, gone), gone.debt
    points = sum(lot.remaining for lot in lots.values())
    if points:
        _hand_over(session, gone, into, points, lots=lots, why=Source("merge", source_id), now=now)
    if debt:
        _forgive(session, gone, source=Source("merge-debt", source_id), now=now)
        take_back(session, into, debt, source=Source("merge-debt", source_id), of=(), now=now)
    waiting = pending.waiting_of(session, gone.member_id)
    moved = sum(_repromise(session, gone, into, promised, source_id=source_id, now=now) for promised in waiting)
    _shut(gone, now=now)
    return Moved(points, moved, debt)


def close(session: Session, account: Account, *, source_id: int | str, now: datetime) -> Moved:
    """End an account: what is set aside comes free, what is pending is void, points are lost, debt is forgiven."""
    lots, why = live_lots(session, account), Source("closure", source_id)
    for hold in holding.open_holds(session, account.member_id):
        holding.free_up(session, account, hold, lots, RELEASED, at=now)
    promised = account.pending
    if promised:
        pending.void(session, account, source=why, now=now)
    debt, points = account.debt, sum(lot.remaining for lot in lots.values())
    if points:
        entry = append(session, account, SPEND, -points, source=why, at=now)
        allocate(session, entry, lots, choose(lots.values(), points))
    if debt:
        _forgive(session, account, source=Source("closure-debt", source_id), now=now)
    _shut(account, now=now)
    return Moved(points, promised, debt)


def _hand_over(
    session: Session, giver: Account, taker: Account, amount: int, *, lots: dict[int, Lot], why: Source, now: datetime
) -> Entry:
    """Points leave the lots that expire soonest, and arrive as one earning for each expiry."""
    entry = append(session, giver, SPEND, -amount, source=Source(f"{why.kind}-out", why.id), at=now)
    parts = choose(lots.values(), amount)
    allocate(session, entry, lots, parts)
    note_next_expiry(giver, lots.values())
    arriving: Counter[datetime] = Counter()
    for lot_no, part in parts:
        arriving[lots[lot_no].expires_at or NEVER] += part
    for number, (expires_at, points) in enumerate(sorted(arriving.items()), start=1):
        source = Source(f"{why.kind}-in", f"{why.id}:{number}")
        good_until = None if expires_at == NEVER else expires_at
        earned, _ = earn(session, taker, points, source=source, at=now, expires_at=good_until)
        if why.kind == "transfer":
            tell_earned(session, earned)
    return entry


def _forgive(session: Session, account: Account, *, source: Source, now: datetime) -> None:
    """What is owed is paid by an earning that is just as large."""
    earn(session, account, account.debt, source=source, at=now, expires_at=None)


def _repromise(
    session: Session, gone: Account, into: Account, promised: Pending, *, source_id: int | str, now: datetime
) -> int:
    """The same promise, to the other member."""
    points = promised.remaining
    session.add(
        Pending(
            member_id=into.member_id,
            source_kind=promised.source_kind,
            source_id=promised.source_id,
            amount=points,
            remaining=points,
            status=WAITING,
            earned_at=promised.earned_at,
            settles_at=promised.settles_at,
            expires_at=promised.expires_at,
        )
    )
    into.pending += points
    if into.next_settle_at is None or promised.settles_at < into.next_settle_at:
        into.next_settle_at = promised.settles_at
        note_due(into)
    pending.cut(
        session,
        gone,
        points,
        source=Source("merge-out", source_id),
        of=[Source(promised.source_kind, promised.source_id)],
        now=now,
    )
    return points


def _shut(account: Account, *, now: datetime) -> None:
    account.closed_at = now
    account.next_expiry_at = account.next_settle_at = account.next_release_at = None
    note_due(account)
