"""What the night brings, in the one order that is right: points, then tiers, then coupons, then messages."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import partial
from typing import Final

import structlog
from sqlalchemy.orm import Session

from backend import coupons, members, messaging, points, tiers
from backend.jobs.work import Counts
from backend.kit.db import run
from backend.kit.errors import DomainError
from backend.runtime import Runtime

log = structlog.get_logger(__name__)

SLICE: Final = 500  # accounts locked together, for some tenths of a second


def nightly(runtime: Runtime, at: datetime) -> Counts:
    """Do what is due at an instant: settle, end holds, expire; then tiers, coupons, warnings and reminders.

    Slice by slice, each in a transaction of its own. What is done is no longer due, and nobody is told twice, so that a
    night may be stopped anywhere and run again.
    """
    counts: Counter[str] = Counter()
    for step in (_points, _tiers, _coupons, _birthdays, _falls_soon, _expiring, _coupons_expiring):
        done = step(runtime, at)
        log.info("night.step", step=step.__name__.removeprefix("_"), **done)
        counts.update(done)
    return dict(counts)


def _points(runtime: Runtime, at: datetime) -> Counts:
    return _until_nothing_is_due(runtime, partial(points.catch_up, now=at, limit=SLICE))


def _tiers(runtime: Runtime, at: datetime) -> Counts:
    return _until_nothing_is_due(runtime, partial(tiers.review_due, now=at, limit=SLICE))


def _coupons(runtime: Runtime, at: datetime) -> Counts:
    steps = {"gifts_lapsed": coupons.lapse_gifts, "coupons_expired": coupons.expire_due}
    return {
        name: done for name, step in steps.items() if (done := _slices(runtime, partial(step, now=at, limit=SLICE)))
    }


def _birthdays(runtime: Runtime, at: datetime) -> Counts:
    """Each member in a transaction of its own."""
    _slices(runtime, partial(members.index_birthdays, limit=SLICE))
    with runtime.sessions.read() as session:
        book, days = coupons.birthday_days(session, now=at)
    given = 0
    for day in days:
        place = 0
        while found := _celebrating(runtime, day, place):
            given += sum(_celebrate(runtime, member_id, book, at) for member_id in found)
            place = found[-1]
    return {"birthday_coupons": given} if given else {}


def _celebrating(runtime: Runtime, day: date, place: int) -> Sequence[int]:
    with runtime.sessions.read() as session:
        return members.born_on(session, day, after_id=place, limit=SLICE)


def _celebrate(runtime: Runtime, member_id: int, book: coupons.BirthdayBook, at: datetime) -> int:
    celebrate = partial(coupons.celebrate, member_id=member_id, book=book, rng=runtime.rng, now=at)
    try:
        return run(runtime.sessions.write, celebrate)
    except DomainError as refused:  # who has left this very moment
        log.info("night.refused", code=refused.code)
        return 0


def _falls_soon(runtime: Runtime, at: datetime) -> Counts:
    return _through_all(runtime, partial(tiers.warn, now=at, limit=SLICE))


def _expiring(runtime: Runtime, at: datetime) -> Counts:
    return _through_all(runtime, partial(messaging.remind_expiring, now=at, limit=SLICE))


def _coupons_expiring(runtime: Runtime, at: datetime) -> Counts:
    return _through_all(runtime, partial(messaging.remind_of_coupons, now=at, limit=SLICE))


def _slices(runtime: Runtime, slice_of: Callable[[Session], int]) -> int:
    total = 0
    while done := run(runtime.sessions.write, slice_of):
        total += done
    return total


def _until_nothing_is_due(runtime: Runtime, slice_of: Callable[[Session], Counter[str]]) -> Counts:
    counts: Counter[str] = Counter()
    while done := run(runtime.sessions.write, slice_of):
        counts.update(done)
    return dict(counts)


def _through_all(runtime: Runtime, tell: Callable[..., int | None]) -> Counts:
    """Walk over the members who may have something to be told; what they are told is counted in the outbox."""
    place: int | None = 0
    while place is not None:
        place = run(runtime.sessions.write, partial(tell, after_member_id=place))
    return {}
