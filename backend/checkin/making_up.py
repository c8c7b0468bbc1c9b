"""Make-ups (补签): a missed day is filled in, for points or by a free chance of the tier."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend import members, points, tiers
from backend.checkin import book as books
from backend.checkin.errors import DayNotMissed, DayOutOfReach, MakeUpsUsedUp, PriceChanged
from backend.checkin.models import CheckIn, StepReward
from backend.checkin.rewarding import Giving, Run, give_steps
from backend.checkin.rules import DAY, days_to_make_up, month_of, unbroken
from backend.kit.calendar import shop_day

MAKE_UP = "make-up"


@dataclass(frozen=True)
class Terms:
    """What a make-up costs a member now, how many are left in this month and free of them, and for which days."""

    price: int
    left: int
    free_left: int
    days: Sequence[date]


@dataclass(frozen=True)
class MadeUp:
    """A day that was made up: the streak that it is part of now, what it cost, the rewards, the balance after all."""

    day: date
    streak: int
    price: int
    by_chance: bool
    balance: int
    rewards: tuple[StepReward, ...]


def terms(session: Session, member_id: int, book: books.CheckInBook, *, now: datetime) -> Terms:
    """What a make-up costs, and for which days it is allowed."""
    policy, today = book.make_ups, shop_day(now)
    if not (policy.days_back and policy.per_month):
        return Terms(policy.points, 0, 0, ())
    made, by_chance = _made(session, member_id, today)
    tier = tiers.standing(session, member_id, now=now).tier.code
    left = max(0, policy.per_month - made)
    free = min(left, max(0, policy.free.get(tier, 0) - by_chance))
    days = _missed(session, member_id, policy.days_back, today) if left else ()
    return Terms(0 if free else policy.points, left, free, days)


def make_up(session: Session, member_id: int, day: date, *, agreed_points: int | None = None, now: datetime) -> MadeUp:
    """Fill a missed day in. It joins the streaks on both sides; steps that are reached by it are given, each once.

    It pays nothing else: no points of the day, no growth value, no tickets. Raises DayNotMissed, DayOutOfReach,
    MakeUpsUsedUp, PriceChanged where it costs something else than was agreed to, points.Insufficient, points.Frozen.
    """
    account = points.lock(session, member_id, now=now)
    version, book = books.live(session, now=now)
    if session.get(CheckIn, (member_id, day), populate_existing=True) is not None:
        raise DayNotMissed
    known = terms(session, member_id, book, now=now)
    if book.make_ups.days_back and book.make_ups.per_month and not known.left:
        raise MakeUpsUsedUp
    if day not in known.days:
        raise DayOutOfReach
    if agreed_points is not None and agreed_points != known.price:
        raise PriceChanged(points=known.price)
    if known.price:
        points.spend(session, account, known.price, source=points.Source(MAKE_UP, day.isoformat()), now=now)
    made = CheckIn(member_id=member_id, day=day, streak=1, points=0, kind="made-up", made_on=shop_day(now))
    made.price, made.by_chance, made.book_version = known.price, known.free_left > 0, version
    session.add(made)
    run = _join(session, made)
    rewards = give_steps(session, Giving(account, version, book, now), day=day, run=run)
    return MadeUp(day, run.length, known.price, made.by_chance, account.balance, tuple(rewards))


def _join(session: Session, made: CheckIn) -> Run:
    """Let the day and those that follow it without a gap count on from the day before; the run that it makes."""
    session.flush()  # the day is one of those that are looked at
    near = select(CheckIn).where(CheckIn.member_id == made.member_id, CheckIn.day >= made.day - DAY)
    visits = {one.day: one for one in session.scalars(near.execution_options(populate_existing=True))}
    before = visits.get(made.day - DAY)
    earlier = before.streak if before else 0
    following = unbroken(made.day, visits)
    for number in range(following):
        visits[made.day + DAY * number].streak = earlier + number + 1
    session.flush()  # steps are counted in the database
    return Run(made.day - DAY * earlier, earlier + following)


def _made(session: Session, member_id: int, today: date) -> tuple[int, int]:
    """How many days the member has made up in this month, and how many of them by free chances."""
    first = month_of(today)[0]
    mine = CheckIn.member_id == member_id, CheckIn.day >= first - DAY * books.DAYS_BACK, CheckIn.made_on >= first
    chances = func.coalesce(func.sum(CheckIn.by_chance), 0)
    made, by_chance = session.execute(select(func.count(), chances).where(*mine)).one()
    return made, int(by_chance)


def _missed(session: Session, member_id: int, days_back: int, today: date) -> list[date]:
    visited = select(CheckIn.day).where(CheckIn.member_id == member_id, CheckIn.day >= today - DAY * days_back)
    joined_on = shop_day(members.get(session, member_id).joined_at)
    return days_to_make_up(today, days_back, joined_on, set(session.scalars(visited)))
