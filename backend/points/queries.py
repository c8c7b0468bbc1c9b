from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.kit.calendar import shop_day
from backend.points.errors import NoAccount
from backend.points.models import HELD, WAITING, Account, Entry, Hold, HoldPart, Lot, Pending
from backend.points.pending import waiting_of
from backend.points.rules import NEVER, Source


@dataclass(frozen=True)
class Expiring:
    """Points whose last good day is `last_day`."""

    last_day: date
    points: int


@dataclass(frozen=True)
class Settling:
    """Pending points that can be spent from `day` on."""

    day: date
    points: int


@dataclass(frozen=True)
class Balance:
    """An account in its parts at one instant: what can be spent, what is set aside, not in yet, owed, and when what
    comes in or expires.
    """

    available: int
    held: int
    pending: int
    debt: int
    expiring: tuple[Expiring, ...]
    settling: tuple[Settling, ...]


def summary(session: Session, member_id: int, *, now: datetime) -> Balance:
    """The member's points as they are good at `now`, also before anything has done what was due by then.

    Raises NoAccount.
    """
    account = session.get(Account, member_id)
    if account is None:
        raise NoAccount
    still = account.frozen_at is not None or account.closed_at is not None
    then = account.opened_at if still else now  # nothing comes due on an account that is held still
    parts = _parts(session, account, then)
    return Balance(
        available=sum(parts.free.values()),
        held=parts.held,
        pending=sum(one.remaining for one in parts.waiting),
        debt=parts.debt,
        expiring=tuple(
            Expiring(last_day_before(at), points) for at, points in sorted(parts.free.items()) if at != NEVER
        ),
        settling=_settling(parts.waiting),
    )


def entries(session: Session, member_id: int, *, before_seq: int | None = None, limit: int) -> list[Entry]:
    """The newest lines of the journal, or those before a line."""
    lines = select(Entry).where(Entry.member_id == member_id).order_by(Entry.seq.desc()).limit(limit)
    return list(session.scalars(lines if before_seq is None else lines.where(Entry.seq < before_seq)))


def moved_by(session: Session, member_ids: Collection[int], kinds: Collection[str]) -> dict[tuple[int, Source], int]:
    """What sources of some kinds moved, by the member in whose journal it stands and by source; ids are text."""
    lines = select(Entry.member_id, Entry.source_kind, Entry.source_id, Entry.amount)
    found = session.execute(lines.where(Entry.member_id.in_(member_ids), Entry.source_kind.in_(kinds)))
    return {(member_id, Source(kind, source_id)): amount for member_id, kind, source_id, amount in found}


def balance_at(session: Session, member_id: int, *, at: datetime) -> int:
    """The balance as it was at a past instant: the journal up to then, and what was due by then and is not yet done."""
    account = session.get(Account, member_id)
    if account is not None and account.next_due_at is not None and account.next_due_at <= at:
        parts = _parts(session, account, at)
        return sum(parts.free.values()) + parts.held - parts.debt
    written = session.scalar(select(func.sum(Entry.amount)).where(Entry.member_id == member_id, Entry.at <= at))
    return int(written or 0)  # a sum is a DECIMAL on MariaDB


def lots(session: Session, member_id: int, *, after_no: int = 0, limit: int) -> list[Lot]:
    """The lots that still hold points, oldest first, after one of them."""
    mine = select(Lot).where(Lot.member_id == member_id, Lot.remaining > 0, Lot.lot_no > after_no)
    return list(session.scalars(mine.order_by(Lot.lot_no).limit(limit)))


def pendings(session: Session, member_id: int, *, after_id: int = 0, limit: int) -> list[Pending]:
    """What is promised and not in yet, oldest promise first, after one of them."""
    mine = select(Pending).where(Pending.member_id == member_id, Pending.status == WAITING, Pending.id > after_id)
    return list(session.scalars(mine.order_by(Pending.id).limit(limit)))


def holds(session: Session, member_id: int, *, after_id: int = 0, limit: int) -> list[Hold]:
    """What is set aside now, oldest first, after one of them."""
    mine = select(Hold).where(Hold.member_id == member_id, Hold.status == HELD, Hold.id > after_id)
    return list(session.scalars(mine.order_by(Hold.id).limit(limit)))


def frozen(session: Session, *, after_member_id: int = 0, limit: int) -> list[Account]:
    """The accounts that are frozen, in order of member, after one of them."""
    held_still = select(Account).where(Account.frozen_at.is_not(None), Account.member_id > after_member_id)
    return list(session.scalars(held_still.order_by(Account.member_id).limit(limit)))


def member_ids(session: Session, *, after: int = 0, limit: int) -> Sequence[int]:
    """The members with an account, in order of id, after one of them: for walks over all accounts."""
    return session.scalars(
        select(Account.member_id).where(Account.member_id > after).order_by(Account.member_id).limit(limit)
    ).all()


@dataclass(frozen=True)
class _Parts:
    """What `due.bring_up_to` would leave of an account, without doing it: free points by when they expire."""

    free: Counter[datetime]
    held: int
    debt: int
    waiting: Sequence[Pending]


def _parts(session: Session, account: Account, then: datetime) -> _Parts:
    """Points come in and holds end in the order of time, each paying what is owed at that instant first."""
    promised = waiting_of(session, account.member_id) if account.pending else []
    ended = _ended_holds(session, account, then)
    settling = [(one.settles_at, 0, [(one.expires_at or NEVER, one.remaining)]) for one in promised]
    freeing = [(at, 1, parts) for at, parts in ended]
    free, debt = _free(session, account.member_id), account.debt
    for at, is_hold, parts in sorted([*settling, *freeing]):
        for expires_at, points in sorted(parts) if at <= then else ():
            if is_hold and expires_at <= at:
                continue
            paid = min(points, debt)
            debt -= paid
            free[expires_at] += points - paid
    return _Parts(
        free=Counter({at: points for at, points in free.items() if at > then and points}),
        held=account.held - sum(points for _, parts in ended for _, points in parts),
        debt=debt,
        waiting=[one for one in promised if one.settles_at > then],
    )


def _free(session: Session, member_id: int) -> Counter[datetime]:
    """What is free in lots, by the instant at which they expire."""
    by_expiry = (
        select(Lot.expires_at, func.sum(Lot.remaining - Lot.held))
        .where(Lot.member_id == member_id, Lot.remaining > Lot.held)
        .group_by(Lot.expires_at)
    )
    return Counter({at or NEVER: int(points) for at, points in session.execute(by_expiry)})


def _ended_holds(
    session: Session, account: Account, then: datetime
) -> list[tuple[datetime, list[tuple[datetime, int]]]]:
    """What holds had set aside that have ended by themselves: when, and out of lots that expire when."""
    if account.next_release_at is None or account.next_release_at > then:
        return []
    parts = (
        select(Hold.id, Hold.ends_at, Lot.expires_at, HoldPart.amount)
        .join(HoldPart, (Hold.member_id == HoldPart.member_id) & (Hold.id == HoldPart.hold_id))
        .join(Lot, (Lot.member_id == HoldPart.member_id) & (Lot.lot_no == HoldPart.lot_no))
        .where(HoldPart.member_id == account.member_id, Hold.status == HELD, Hold.ends_at <= then)
    )
    ended: dict[tuple[datetime, int], list[tuple[datetime, int]]] = {}
    for hold_id, ends_at, expires_at, points in session.execute(parts):
        if ends_at is not None:
            ended.setdefault((ends_at, hold_id), []).append((expires_at or NEVER, points))
    return [(ends_at, found) for (ends_at, _), found in sorted(ended.items())]


def _settling(waiting: Sequence[Pending]) -> tuple[Settling, ...]:
    by_day: Counter[date] = Counter()
    for one in waiting:
        by_day[shop_day(one.settles_at)] += one.remaining
    return tuple(Settling(day, points) for day, points in sorted(by_day.items()))


def last_day_before(expires_at: datetime) -> date:
    """The last shop day on which points are good that expire at an instant."""
    return shop_day(expires_at - timedelta(microseconds=1))
