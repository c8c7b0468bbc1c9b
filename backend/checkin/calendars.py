"""What a member sees: a month with what is special in it, where the cycles of today stand, what a make-up costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.checkin import book as books
from backend.checkin.book import CYCLES, CheckInBook, Cycle, SpecialDay, Step
from backend.checkin.making_up import Terms, terms
from backend.checkin.models import CheckIn, StepReward
from backend.checkin.queries import Standing, month, standing
from backend.checkin.rewarding import Run, given_steps, rewards_of
from backend.checkin.rules import DAY, month_of, week_of
from backend.kit.calendar import shop_day


@dataclass(frozen=True)
class StepAhead:
    """A step of a cycle of today: how many days of it are done, and whether it was given."""

    cycle: Cycle
    step: Step
    done: int
    given: bool


@dataclass(frozen=True)
class Calendar:
    """A month of check-ins, and the rules as they stand today."""

    days: Sequence[CheckIn]
    standing: Standing
    rewards: Sequence[StepReward]
    steps: Sequence[StepAhead]
    special_days: Sequence[tuple[date, SpecialDay]]
    make_ups: Terms
    book: CheckInBook


def calendar(session: Session, member_id: int, first: date, *, now: datetime) -> Calendar:
    """The month that begins on `first`, with what today's rules say."""
    _, book = books.live(session, now=now)
    today, last = shop_day(now), month_of(first)[1]
    stands = standing(session, member_id, today)
    run = _run(stands, today)
    since = min(first, run.start, week_of(today)[0], month_of(today)[0])
    known = rewards_of(session, member_id, since, max(last, week_of(today)[1], month_of(today)[1]))
    return Calendar(
        days=month(session, member_id, first),
        standing=stands,
        rewards=[one for one in known if first <= one.reached_on <= last],
        steps=_steps(session, member_id, book, known, run, today),
        special_days=[(day, one) for day in _days_of(first) for one in book.special(day)],
        make_ups=terms(session, member_id, book, now=now),
        book=book,
    )


def _run(stands: Standing, today: date) -> Run:
    """The streak as it stands; of who has none, one that would begin today."""
    end = today if stands.checked_in_today or not stands.streak else today - DAY
    return Run(end - DAY * (max(1, stands.streak) - 1), stands.streak)


def _steps(
    session: Session, member_id: int, book: CheckInBook, known: Sequence[StepReward], run: Run, today: date
) -> list[StepAhead]:
    done: dict[Cycle, int] = {"streak": run.length}
    if book.week:
        done["week"] = _count(session, member_id, *week_of(today))
    if book.month:
        done["month"] = _count(session, member_id, *month_of(today))
    given = given_steps(known, today, run)
    return [
        StepAhead(cycle, step, done[cycle], step.days in given[cycle])
        for cycle in CYCLES
        for step in book.steps(cycle).values()
    ]


def _count(session: Session, member_id: int, first: date, last: date) -> int:
    mine = select(func.count()).where(CheckIn.member_id == member_id, CheckIn.day >= first, CheckIn.day <= last)
    return session.scalar(mine) or 0


def _days_of(first: date) -> list[date]:
    last = month_of(first)[1]
    return [first + DAY * number for number in range((last - first).days + 1)]
