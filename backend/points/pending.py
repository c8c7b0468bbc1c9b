"""Points that are promised and come in later, when what earned them can no longer be returned."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.kit.facts import announce
from backend.kit.ids import new_id
from backend.points.facts import PointsPromised
from backend.points.journal import checked, earn, note_due, tell_earned
from backend.points.models import SETTLED, VOID, WAITING, Account, Lot, Pending, PendingCut
from backend.points.rules import HOUSE_EXPIRY, Expiry, Source


def promise(
    session: Session,
    account: Account,
    amount: int,
    *,
    source: Source,
    settles_at: datetime,
    now: datetime,
    expiry: Expiry | None = None,
) -> Pending:
    """Promise points that come in at `settles_at`, at once if that is not after now. Their expiry counts from now."""
    pending = Pending(
        member_id=account.member_id,
        id=new_id(),
        source_kind=source.kind,
        source_id=str(source.id),
        amount=checked(amount),
        remaining=amount,
        status=WAITING,
        earned_at=now,
        settles_at=settles_at,
        expires_at=(expiry or HOUSE_EXPIRY).of(now),
    )
    session.add(pending)
    account.pending += amount
    if settles_at <= now:
        _settle(session, account, pending, at=now, promised=False)
        return pending
    if account.next_settle_at is None or settles_at < account.next_settle_at:
        account.next_settle_at = settles_at
        note_due(account)
    announce(session, PointsPromised(account.member_id, amount, settles_at, source.kind, str(source.id), now))
    return pending


def settle(session: Session, account: Account, waiting: list[Pending], *, at: datetime) -> dict[int, Lot]:
    """Credit those of `waiting` whose time has come at an instant, and take them off the list; returns their lots."""
    due = [pending for pending in waiting if pending.settles_at <= at]
    lots = dict(_settle(session, account, pending, at=at) for pending in due)
    waiting[:] = [pending for pending in waiting if pending not in due]
    note_next_settle(account, waiting)
    return lots


def cut(session: Session, account: Account, amount: int, *, source: Source, of: Sequence[Source], now: datetime) -> int:
    """Take up to `amount` out of what `of` has still pending; returns how much that was."""
    if not account.pending:
        return 0
    waiting, taken = waiting_of(session, account.member_id), 0
    named = {(one.kind, str(one.id)) for one in of}
    for pending in [one for one in waiting if (one.source_kind, one.source_id) in named]:
        part = min(pending.remaining, amount - taken)
        if part:
            taken += part
            _cut(session, account, pending, part, source=source, now=now)
    note_next_settle(account, [pending for pending in waiting if pending.status == WAITING])
    return taken


def void(session: Session, account: Account, *, source: Source, now: datetime) -> list[Pending]:
    """Take back all that is pending; returns it as it was promised (`amount`), with what was left in its cuts."""
    waiting = waiting_of(session, account.member_id)
    for pending in waiting:
        _cut(session, account, pending, pending.remaining, source=source, now=now)
    note_next_settle(account, [])
    return waiting


def waiting_of(session: Session, member_id: int) -> list[Pending]:
    """All that a member has pending, soonest first."""
    mine = select(Pending).where(Pending.member_id == member_id, Pending.status == WAITING)
    return list(session.scalars(mine.order_by(Pending.settles_at, Pending.id)))


def note_next_settle(account: Account, waiting: Sequence[Pending]) -> None:
    """Remember when points settle next."""
    account.next_settle_at = min((pending.settles_at for pending in waiting), default=None)
    note_due(account)


def _settle(
    session: Session, account: Account, pending: Pending, *, at: datetime, promised: bool = True
) -> tuple[int, Lot]:
    account.pending -= pending.remaining
    pending.status = SETTLED
    source = Source(pending.source_kind, pending.source_id)
    entry, lot = earn(session, account, pending.remaining, source=source, at=at, expires_at=pending.expires_at)
    tell_earned(session, entry, settled=promised)
    return lot.lot_no, lot


def _cut(session: Session, account: Account, pending: Pending, part: int, *, source: Source, now: datetime) -> None:
    session.add(
        PendingCut(
            member_id=account.member_id,
            pending_id=pending.id,
            source_kind=source.kind,
            source_id=str(source.id),
            amount=part,
            at=now,
        )
    )
    pending.remaining -= part
    account.pending -= part
    if not pending.remaining:
        pending.status = VOID
