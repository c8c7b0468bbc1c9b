from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.kit.calendar import shop_day
from backend.points.models import Account, Entry, Lot
from backend.points.rules import Source
from backend.points.service import NoAccount


@dataclass(frozen=True)
class Expiring:
    """Points whose last good day is `last_day`."""

    last_day: date
    points: int


@dataclass(frozen=True)
class Balance:
    """An account in its parts at one instant: what can be spent, what is held back, owed, and what expires when."""

    available: int
    held: int
    pending: int
    debt: int
    expiring: tuple[Expiring, ...]


def summary(session: Session, member_id: int, *, now: datetime) -> Balance:
    """The member's points as they are good at `now`, also before anything has swept what expired. Raises NoAccount."""
    account = session.get(Account, member_id)
    if account is None:
        raise NoAccount
    by_expiry = (
        select(Lot.expires_at, func.sum(Lot.remaining))
        .where(Lot.member_id == member_id, Lot.remaining > 0, Lot.expires_at.is_not(None))
        .group_by(Lot.expires_at)
        .order_by(Lot.expires_at)
    )
    # a sum is a DECIMAL on MariaDB
    sums = [(expires_at, int(points)) for expires_at, points in session.execute(by_expiry) if expires_at]
    expired = sum(points for expires_at, points in sums if expires_at <= now)
    return Balance(
        available=max(0, account.balance - expired - account.held),
        held=account.held,
        pending=0,
        debt=account.debt,
        expiring=tuple(Expiring(_last_day(expires_at), points) for expires_at, points in sums if expires_at > now),
    )


def entries(session: Session, member_id: int, *, before_seq: int | None = None, limit: int) -> list[Entry]:
    """The newest lines of the journal, or those before a line."""
    lines = select(Entry).where(Entry.member_id == member_id).order_by(Entry.seq.desc()).limit(limit)
    return list(session.scalars(lines if before_seq is None else lines.where(Entry.seq < before_seq)))


def entry_of(session: Session, member_id: int, source: Source) -> Entry | None:
    """The line that a source made, if it made one."""
    return session.scalar(
        select(Entry).where(
            Entry.member_id == member_id, Entry.source_kind == source.kind, Entry.source_id == str(source.id)
        )
    )


def balance_at(session: Session, member_id: int, *, at: datetime) -> int:
    """The balance as it was at a past instant: the journal up to then, less what had expired and was not yet swept."""
    written = select(func.sum(Entry.amount)).where(Entry.member_id == member_id, Entry.at <= at)
    unswept = select(func.sum(Lot.remaining)).where(Lot.member_id == member_id, Lot.expires_at <= at)
    return int(session.scalar(written) or 0) - int(session.scalar(unswept) or 0)


def accounts_due(session: Session, *, now: datetime, limit: int) -> Sequence[int]:
    """Members whose next lot has expired at `now` and waits to be written off, by index."""
    due = select(Account.member_id).where(Account.next_expiry_at <= now).order_by(Account.next_expiry_at).limit(limit)
    return session.scalars(due).all()


def member_ids(session: Session, *, after: int = 0, limit: int) -> Sequence[int]:
    """The members with an account, in order of id, after one of them: for walks over all accounts."""
    return session.scalars(
        select(Account.member_id).where(Account.member_id > after).order_by(Account.member_id).limit(limit)
    ).all()


def _last_day(expires_at: datetime) -> date:
    return shop_day(expires_at - timedelta(microseconds=1))
