from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from backend import earning, points, tiers
from backend.checkin import book as books
from backend.checkin.errors import AlreadyCheckedIn, PlaceWanted
from backend.checkin.facts import CheckedIn
from backend.checkin.models import CheckIn, Kind, StepReward
from backend.checkin.places import Arrival
from backend.checkin.queries import latest
from backend.checkin.rewarding import Giving, Run, give_special, give_steps
from backend.checkin.rules import DAY, next_streak
from backend.kit.calendar import shop_day
from backend.kit.facts import announce


@dataclass(frozen=True)
class Visit:
    """A check-in: its place in the streak, the points it paid, and the balance after it and after its rewards."""

    day: date
    streak: int
    points: int
    balance: int
    kind: Kind = "ordinary"
    rewards: tuple[StepReward, ...] = ()


def check_in(session: Session, member_id: int, *, now: datetime, at: Arrival | None = None) -> Visit:
    """Record today's visit, at a store or anywhere, and give what the rules give for it, once per shop day.

    Raises AlreadyCheckedIn, PlaceWanted.
    """
    account = points.lock(session, member_id, now=now)
    today, last = shop_day(now), latest(session, member_id)
    # >= and not ==: at midnight a server whose clock is behind meets a visit of its tomorrow
    if last and last.day >= today:
        raise AlreadyCheckedIn
    version, book = books.live(session, now=now)
    if book.places.required and at is None:
        raise PlaceWanted
    streak = next_streak(last.day, last.streak, today) if last else 1
    paid = _pay(session, account, _worth(book, today, streak, at), today, now)
    visit = CheckIn(member_id=member_id, day=today, streak=streak, points=paid, book_version=version)
    if at is not None:
        visit.kind, visit.store_id, visit.near = "place", at.store_id, at.near
    session.add(visit)
    session.flush()  # steps are counted in the database
    announce(session, CheckedIn(member_id, today, streak, paid, at=now))
    giving = Giving(account, version, book, now)
    run = Run(today - DAY * (streak - 1), streak)
    rewards = (*give_special(session, giving, today), *give_steps(session, giving, day=today, run=run))
    return Visit(today, streak, paid, account.balance, visit.kind, rewards)


def _worth(book: books.CheckInBook, today: date, streak: int, at: Arrival | None) -> int:
    extra = sum(one.points for one in book.special(today))
    return book.daily.of(streak) + extra + (book.places.points if at else 0)


def _pay(session: Session, account: points.Account, worth: int, today: date, now: datetime) -> int:
    visit = earning.Event("check-in", now, base_points=worth)
    source = points.Source("check-in", today.isoformat())
    paid = earning.award(session, account, visit, source=source, now=now).points
    tiers.count_check_in(session, account, today, now=now)
    return paid
