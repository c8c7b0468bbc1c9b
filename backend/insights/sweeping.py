"""Sweeps all accounts for what cannot be, freezes those that show it, and repairs nothing.

The place it has come to is kept, so that a sweep which was stopped goes on where it was.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend import adjustments, members, points
from backend.insights import checks
from backend.insights.checks import Broken
from backend.insights.models import LONGEST_FAULT, FoundFault, Reconciliation
from backend.kit.db import Sessions, hold_still, run
from backend.points import Account

SLICE: Final = 200
GONE_ON_WITH_FOR: Final = timedelta(days=2)  # of an older sweep the beginning says nothing any more


@dataclass(frozen=True)
class Outcome:
    """What a finished sweep came to; `frozen` are the accounts that it froze, not those that were frozen before."""

    reconciliation_id: int
    accounts: int
    faults: int
    frozen: int


@dataclass(frozen=True)
class FrozenAccount:
    """An account that is frozen, since when and what for."""

    member_id: int
    card_no: str
    frozen_at: datetime | None
    frozen_for: str | None


def reconcile(
    sessions: Sessions,
    *,
    now: datetime,
    freezes: bool = True,
    from_start: bool = False,
    slice_size: int = SLICE,
    watch: Callable[[int, int], None] = lambda _done, _all: None,
) -> Outcome:
    """Sweep all accounts, slice by slice, and freeze those that break an invariant, unless told only to report.

    A sweep of the same kind that was begun within two days and not finished is gone on with, unless `from_start`.
    Others may sweep at the same time: each slice counts once. `watch` hears how many accounts are done, of how many.
    """
    with sessions.read() as session:
        total = session.scalar(select(func.count(Account.member_id))) or 0
    sweep = run(sessions.write, lambda session: _begun(session, freezes=freezes, from_start=from_start, now=now))
    while sweep.finished_at is None:
        found = _look(sessions, sweep.after_member_id, slice_size)
        sweep = run(sessions.write, partial(_record, reconciliation_id=sweep.id, found=found, now=now))
        watch(sweep.accounts, total)
    with sessions.read() as session:
        return _outcome(session, sweep)


def found_faults(session: Session, reconciliation_id: int, *, after_id: int = 0, limit: int) -> Sequence[FoundFault]:
    """What a sweep found, in the order in which it did, after one of them."""
    mine = select(FoundFault).where(FoundFault.reconciliation_id == reconciliation_id, FoundFault.id > after_id)
    return session.scalars(mine.order_by(FoundFault.id).limit(limit)).all()


def frozen(session: Session, *, after_member_id: int = 0, limit: int) -> list[FrozenAccount]:
    """The accounts that are frozen, in order of member, after one of them."""
    accounts = points.frozen(session, after_member_id=after_member_id, limit=limit)
    mine = members.Member.id.in_([account.member_id for account in accounts])
    cards = {
        row.id: row.card_no for row in session.execute(select(members.Member.id, members.Member.card_no).where(mine))
    }
    return [
        FrozenAccount(account.member_id, cards[account.member_id], account.frozen_at, account.frozen_for)
        for account in accounts
    ]


@dataclass(frozen=True)
class _Slice:
    after_member_id: int
    member_ids: Sequence[int]
    broken: Sequence[Broken]


def _begun(session: Session, *, freezes: bool, from_start: bool, now: datetime) -> Reconciliation:
    last = session.scalar(select(Reconciliation).order_by(Reconciliation.id.desc()).limit(1).with_for_update())
    half_way = last is not None and last.finished_at is None and now < last.started_at + GONE_ON_WITH_FOR
    if last is not None and half_way and last.freezes == freezes and not from_start:
        return last
    sweep = Reconciliation(freezes=freezes, after_member_id=0, accounts=0, frozen=0, started_at=now)
    session.add(sweep)
    return sweep


def _look(sessions: Sessions, after_member_id: int, limit: int) -> _Slice:
    with sessions.read() as session:
        hold_still(session)
        member_ids = points.member_ids(session, after=after_member_id, limit=limit)
        broken = checks.of_members(session, member_ids) if member_ids else checks.of_house(session)
        return _Slice(after_member_id, member_ids, broken)


def _record(session: Session, *, reconciliation_id: int, found: _Slice, now: datetime) -> Reconciliation:
    sweep = session.scalar(select(Reconciliation).where(Reconciliation.id == reconciliation_id).with_for_update())
    if sweep is None:
        raise LookupError(f"the reconciliation {reconciliation_id} is gone")
    if sweep.finished_at is not None or sweep.after_member_id != found.after_member_id:
        return sweep  # somebody else has done this slice
    frozen = _freeze(session, found.broken, sweep, now=now)
    session.add_all(_fault(sweep, one, frozen=one.member_id in frozen, now=now) for one in found.broken)
    if found.member_ids:
        sweep.after_member_id, sweep.accounts = found.member_ids[-1], sweep.accounts + len(found.member_ids)
    else:
        sweep.finished_at = now
    return sweep


def _freeze(session: Session, broken: Sequence[Broken], sweep: Reconciliation, *, now: datetime) -> set[int]:
    """Freeze the accounts concerned if the sweep is to; returns those of them that are frozen then.

    `points.lock` is not for these: it would do what is due on broken books.
    """
    first = {one.member_id: one for one in reversed(broken) if one.member_id is not None}
    accounts = select(Account).where(Account.member_id.in_(first), Account.closed_at.is_(None))
    concerned = session.scalars(accounts.order_by(Account.member_id).with_for_update()).all()
    for account in concerned:
        if sweep.freezes and account.frozen_at is None:
            one = first[account.member_id]
            reason = f"reconcile {sweep.id}: {one.domain}: {one.place}: {one.what}"
            adjustments.freeze_unsound(session, account, reason=reason[:LONGEST_FAULT], now=now)
            sweep.frozen += 1
    return {account.member_id for account in concerned if account.frozen_at is not None}


def _fault(sweep: Reconciliation, one: Broken, *, frozen: bool, now: datetime) -> FoundFault:
    return FoundFault(
        reconciliation_id=sweep.id,
        member_id=one.member_id,
        domain=one.domain,
        place=one.place[:LONGEST_FAULT],
        what=one.what[:LONGEST_FAULT],
        frozen=frozen,
        found_at=now,
    )


def _outcome(session: Session, sweep: Reconciliation) -> Outcome:
    faults = session.scalar(select(func.count()).where(FoundFault.reconciliation_id == sweep.id)) or 0
    return Outcome(sweep.id, sweep.accounts, faults, sweep.frozen)
