from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.kit.calendar import shop_day
from backend.points.errors import NoAccount
from backend.points.models import HELD, WAITING, Account, Entry, Hold, HoldPart, Lot, Pending
from backend.points.pending import waiting_of
from backend.points.rules import NEVER


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
    promised = waiting_of(session, member_id) if account.pending else []
    freed = _lapsing(session, account, then)
    good = _free(session, member_id, then)
    good.update({at: points for at, points in freed.items() if at > then})
    for one in promised:
        if one.settles_at <= then < (one.expires_at or NEVER):
            good[one.expires_at or NEVER] += one.remaining
    net = sum(good.values()) - account.debt
    waiting = [one for one in promised if one.settles_at > then]
    return Balance(
        available=max(0, net),
        held=account.held - sum(freed.values()),
        pending=sum(one.remaining for one in waiting),
        debt=max(0, -net),
        expiring=tuple(Expiring(last_day_before(at), points) for at, points in sorted(good.items()) if at != NEVER),
        settling=_settling(waiting),
    )


def entries(session: Session, member_id: int, *, before_seq: int | None = None, limit: int) -> list[Entry]:
    """The newest lines of the journal, or those before a line."""
    lines = select(Entry).where(Entry.member_id == member_id).order_by(Entry.seq.desc()).limit(limit)
    return list(session.scalars(lines if before_seq is None else lines.where(Entry.seq < before_seq)))


def balance_at(session: Session, member_id: int, *, at: datetime) -> int:
    """The balance as it was at a past instant: the journal up to then, and what was due by then and is not yet done."""
    written = session.scalar(select(func.sum(Entry.amount)).where(Entry.member_id == member_id, Entry.at <= at))
    account = session.get(Account, member_id)
    if account is None or account.next_due_at is None or account.next_due_at > at:
        return int(written or 0)  # a sum is a DECIMAL on MariaDB
    over = select(func.sum(Lot.remaining - Lot.held)).where(Lot.member_id == member_id, Lot.expires_at <= at)
    freed = sum(points for expires_at, points in _lapsing(session, account, at).items() if expires_at <= at)
    arrived = sum(
        one.remaining for one in waiting_of(session, member_id) if one.settles_at <= at < (one.expires_at or NEVER)
    )
    return int(written or 0) - int(session.scalar(over) or 0) - freed + arrived


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


def _free(session: Session, member_id: int, then: datetime) -> Counter[datetime]:
    """What is free in lots that are still good, by the instant at which they expire."""
    by_expiry = (
        select(Lot.expires_at, func.sum(Lot.remaining - Lot.held))
        .where(Lot.member_id == member_id, Lot.remaining > Lot.held)
        .group_by(Lot.expires_at)
    )
    sums = session.execute(by_expiry)
    return Counter({at or NEVER: int(points) for at, points in sums if (at or NEVER) > then})


def _lapsing(session: Session, account: Account, then: datetime) -> Counter[datetime]:
    """What holds had set aside that have ended by themselves, by the instant at which its lots expire."""
    if account.next_release_at is None or account.next_release_at > then:
        return Counter()
    parts = (
        select(Lot.expires_at, HoldPart.amount)
        .join(Hold, (Hold.member_id == HoldPart.member_id) & (Hold.id == HoldPart.hold_id))
        .join(Lot, (Lot.member_id == HoldPart.member_id) & (Lot.lot_no == HoldPart.lot_no))
        .where(HoldPart.member_id == account.member_id, Hold.status == HELD, Hold.ends_at <= then)
    )
    freed: Counter[datetime] = Counter()
    for expires_at, points in session.execute(parts):
        freed[expires_at or NEVER] += points
    return freed


def _settling(waiting: Sequence[Pending]) -> tuple[Settling, ...]:
    by_day: Counter[date] = Counter()
    for one in waiting:
        by_day[shop_day(one.settles_at)] += one.remaining
    return tuple(Settling(day, points) for day, points in sorted(by_day.items()))


def last_day_before(expires_at: datetime) -> date:
    """The last shop day on which points are good that expire at an instant."""
    return shop_day(expires_at - timedelta(microseconds=1))
