"""Gives what steps are rewarded with: each once for a member and its cycle, whatever rules come later."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import coupons, points
from backend.checkin.book import CheckInBook, Cycle, Reward
from backend.checkin.facts import StepReached
from backend.checkin.models import CheckIn, StepReward
from backend.checkin.rules import DAY, month_of, steps_due, week_of
from backend.kit.facts import announce

STEP = "check-in-step"


@dataclass(frozen=True)
class Run:
    """Days in a row: the first of them, and how many."""

    start: date
    length: int


@dataclass(frozen=True)
class Giving:
    """For whom, by which version of the book, when."""

    account: points.Account
    version: int
    book: CheckInBook
    now: datetime


def give_steps(session: Session, giving: Giving, *, day: date, run: Run) -> list[StepReward]:
    """Give every step that the run, the week and the month of a visit have reached and that was not given in them.

    The account is locked, and the visit is in the database. Steps that a newer version of the book put before where
    the member stands already count as reached: a change of the rules never takes away.
    """
    given = _given(session, giving, day, run)
    due: list[tuple[Cycle, date, int, date]] = [
        ("streak", run.start, step, run.start + DAY * (step - 1))
        for step in steps_due(giving.book.steps("streak"), run.length, given["streak"])
    ]
    for cycle, (first, last) in _calendar_cycles(giving.book, day).items():
        days = _days(session, giving.account.member_id, first, last)
        steps = steps_due(giving.book.steps(cycle), len(days), given[cycle])
        due += [(cycle, first, step, days[step - 1]) for step in steps]
    return [_give(session, giving, *one) for one in due]


def give_special(session: Session, giving: Giving, day: date) -> list[StepReward]:
    """Give the coupons and tickets of a special day; its points are part of what the visit pays."""
    special = giving.book.special(day)
    codes = sorted({code for one in special for code in one.coupons})
    tickets = [(one.draw, one.count) for special_day in special for one in special_day.tickets]
    if not codes and not tickets:
        return []
    row = _row(giving, "special", day, 1, day)
    return [_handed(session, giving, row, codes, tickets)]


def rewards_of(session: Session, member_id: int, first: date, last: date) -> Sequence[StepReward]:
    """The rewards that days from `first` through `last` reached, the earliest first."""
    mine = select(StepReward).where(StepReward.member_id == member_id)
    within = mine.where(StepReward.reached_on >= first, StepReward.reached_on <= last)
    return session.scalars(within.order_by(StepReward.reached_on, StepReward.id)).all()


def given_steps(rewards: Iterable[StepReward], day: date, run: Run) -> dict[Cycle, set[int]]:
    """Which steps were given in the run, the week and the month of a day."""
    week, month = week_of(day), month_of(day)
    ends: dict[Cycle, tuple[date, date]] = {
        "streak": (run.start, run.start + DAY * (run.length - 1)),
        "week": week,
        "month": month,
    }
    given: dict[Cycle, set[int]] = {cycle: set() for cycle in ends}
    for reward in rewards:
        if reward.kind != "special" and ends[reward.kind][0] <= reward.reached_on <= ends[reward.kind][1]:
            given[reward.kind].add(reward.step)
    return given


def _given(session: Session, giving: Giving, day: date, run: Run) -> dict[Cycle, set[int]]:
    if not (giving.book.streak or giving.book.week or giving.book.month):
        return given_steps((), day, run)
    first = min(run.start, week_of(day)[0], month_of(day)[0])
    last = max(run.start + DAY * run.length, week_of(day)[1], month_of(day)[1])
    return given_steps(rewards_of(session, giving.account.member_id, first, last), day, run)


def _calendar_cycles(book: CheckInBook, day: date) -> dict[Cycle, tuple[date, date]]:
    """The week and the month of a day, where something is given for them."""
    cycles: dict[Cycle, tuple[date, date]] = {}
    if book.week:
        cycles["week"] = week_of(day)
    if book.month:
        cycles["month"] = month_of(day)
    return cycles


def _days(session: Session, member_id: int, first: date, last: date) -> Sequence[date]:
    mine = select(CheckIn.day).where(CheckIn.member_id == member_id, CheckIn.day >= first, CheckIn.day <= last)
    return session.scalars(mine.order_by(CheckIn.day)).all()


def _give(session: Session, giving: Giving, cycle: Cycle, begins: date, step: int, reached_on: date) -> StepReward:
    reward: Reward = giving.book.steps(cycle)[step]
    row = _row(giving, cycle, begins, step, reached_on)
    row.points = reward.points
    tickets = [(one.draw, one.count) for one in reward.tickets]
    return _handed(session, giving, row, list(reward.coupons), tickets)


def _row(giving: Giving, kind: str, cycle: date, step: int, reached_on: date) -> StepReward:
    return StepReward(
        member_id=giving.account.member_id,
        given_to=giving.account.member_id,
        kind=kind,
        cycle=cycle,
        step=step,
        reached_on=reached_on,
        points=0,
        book_version=giving.version,
        at=giving.now,
    )


def _handed(
    session: Session, giving: Giving, row: StepReward, codes: list[str], tickets: list[tuple[str, int]]
) -> StepReward:
    row.coupons, row.tickets = codes, [{"draw": draw, "count": count} for draw, count in tickets]
    session.add(row)
    session.flush()  # what it gives is known by its id, and a second giving must fail here
    source = points.Source(STEP, row.id)
    if row.points:
        points.credit(session, giving.account, row.points, source=source, now=giving.now)
    if codes:
        coupons.promise(session, row.member_id, codes, source=source, now=giving.now)
    announce(session, StepReached(row.member_id, row.id, tuple(tickets), giving.now))
    return row
