"""What the night brings, in the one order that is right: points, then tiers, then coupons, then messages."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import partial
from typing import Final

import structlog
from sqlalchemy.orm import Session

from backend import coupons, members, messaging, points, tiers
from backend.jobs.slices import Do, Place, by_id, id_of, walk, walk_until_done
from backend.jobs.work import Counts
from backend.kit.db import run
from backend.runtime import Runtime

log = structlog.get_logger(__name__)

SLICE: Final = 500  # accounts locked together, for some tenths of a second


def nightly(runtime: Runtime, at: datetime) -> Counts:
    """Do what is due at an instant: settle, end holds, expire; then tiers, coupons, warnings and reminders.

    Slice by slice, each in a transaction of its own. What is done is no longer due, and nobody is told twice, so that a
    night may be stopped anywhere and run again. Who fails in a step is counted as `failed` and stops nobody else.
    """
    counts: Counter[str] = Counter()
    for step in (_points, _tiers, _coupons, _birthdays, _falls_soon, _expiring, _coupons_expiring):
        done = step(runtime, at)
        log.info("night.step", step=step.__name__.removeprefix("_"), **done)
        counts.update(done)
    return dict(counts)


def birthdays(runtime: Runtime, book: coupons.BirthdayBook, day: date, at: datetime) -> Counter[str]:
    """Celebrate the birthdays of one day by a book; counts the coupons that are new.

    Each member in a transaction of its own, for all of them want coupons of the same templates.
    """

    def find(session: Session, after: Place | None) -> Sequence[Place]:
        return by_id(members.born_on(session, day, after_id=id_of(after), limit=SLICE))

    def celebrate(session: Session, ids: Sequence[int]) -> Counter[str]:
        given = (coupons.celebrate(session, one, book, rng=runtime.rng, now=at) for one in ids)
        return Counter(birthday_coupons=sum(given))

    return walk(runtime, find, celebrate, alone=True)


def _points(runtime: Runtime, at: datetime) -> Counts:
    return walk_until_done(
        runtime,
        lambda session, after: points.accounts_due(session, now=at, after=after, limit=SLICE),
        partial(points.catch_up, now=at),
    )


def _tiers(runtime: Runtime, at: datetime) -> Counts:
    return walk_until_done(
        runtime,
        lambda session, after: tiers.standings_due(session, now=at, after=after, limit=SLICE),
        partial(tiers.carry_on, now=at),
    )


def _coupons(runtime: Runtime, at: datetime) -> Counts:
    steps = {"gifts_lapsed": coupons.lapse_gifts, "coupons_expired": coupons.expire_due}
    return {
        name: done for name, step in steps.items() if (done := _slices(runtime, partial(step, now=at, limit=SLICE)))
    }


def _birthdays(runtime: Runtime, at: datetime) -> Counts:
    counts = _index_birthdays(runtime)
    with runtime.sessions.read() as session:
        book, days = coupons.birthday_days(session, now=at)
    for day in days:
        counts += birthdays(runtime, book, day, at)
    return +counts


def _index_birthdays(runtime: Runtime) -> Counter[str]:
    def find(session: Session, after: Place | None) -> Sequence[Place]:
        return by_id(members.without_birthday_index(session, after_id=id_of(after), limit=SLICE))

    return walk(runtime, find, _telling(members.index_birthdays))


def _falls_soon(runtime: Runtime, at: datetime) -> Counts:
    return _through_all(runtime, tiers.to_warn, tiers.warn, at)


def _expiring(runtime: Runtime, at: datetime) -> Counts:
    return _through_all(runtime, messaging.with_points_expiring, messaging.remind_expiring, at)


def _coupons_expiring(runtime: Runtime, at: datetime) -> Counts:
    return _through_all(runtime, messaging.with_coupons_expiring, messaging.remind_of_coupons, at)


def _slices(runtime: Runtime, slice_of: Callable[[Session], int]) -> int:
    total = 0
    while done := run(runtime.sessions.write, slice_of):
        total += done
    return total


def _through_all(
    runtime: Runtime, find: Callable[..., Sequence[int]], tell: Callable[..., None], at: datetime
) -> Counts:
    """Walk over the members who may have something to be told; what they are told is counted in the outbox."""
    return walk(
        runtime,
        lambda session, after: by_id(find(session, now=at, after_member_id=id_of(after), limit=SLICE)),
        _telling(partial(tell, now=at)),
    )


def _telling(tell: Callable[[Session, Sequence[int]], None]) -> Do:
    def do(session: Session, ids: Sequence[int]) -> Counter[str]:
        tell(session, ids)
        return Counter()

    return do
