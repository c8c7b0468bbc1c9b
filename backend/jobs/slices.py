"""Work over many members: found by index, done a slice a transaction, and never stopped by one of them."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Final

import structlog
from sqlalchemy.orm import Session

from backend.kit.db import run
from backend.kit.errors import DomainError, Unavailable
from backend.kit.logs import alias
from backend.runtime import Runtime

log = structlog.get_logger(__name__)

FAILED: Final = "failed"
MOST_FAILURES: Final = 100
"""Of one walk. What fails more often than that is no matter of single members, and is raised."""

Place = tuple[Any, ...]
"""What a walk is ordered by; the member's id stands last."""

Find = Callable[[Session, Place | None], Sequence[Place]]
Do = Callable[[Session, Sequence[int]], Counter[str]]


def walk(runtime: Runtime, find: Find, do: Do) -> Counter[str]:
    """`do` for all that `find` finds behind a place, until it finds nothing; what was done is counted.

    A slice that fails is halved until the member who makes it fail is alone. That one is logged by alias and counted as
    `failed` (`refused`, where it is a refusal: who has left this very moment), and the others go on; the database being
    away, or more than MOST_FAILURES, is raised.
    """
    counts: Counter[str] = Counter()
    place: Place | None = None
    while found := _found(runtime, find, place):
        counts += _done(runtime, do, sorted(one[-1] for one in found))
        place = found[-1]
        if counts[FAILED] > MOST_FAILURES:
            raise TooManyFailed(counts[FAILED])
    return counts


class TooManyFailed(Exception):
    """So many members failed that it is no matter of single ones."""


def by_id(ids: Sequence[int]) -> Sequence[Place]:
    """Places in a walk that is ordered by member."""
    return [(one,) for one in ids]


def id_of(place: Place | None) -> int:
    """The member behind whom a walk goes on."""
    return place[-1] if place else 0


def _found(runtime: Runtime, find: Find, place: Place | None) -> Sequence[Place]:
    with runtime.sessions.read() as session:
        return find(session, place)


def _done(runtime: Runtime, do: Do, ids: Sequence[int]) -> Counter[str]:
    try:
        return run(runtime.sessions.write, lambda session: do(session, ids))
    except Unavailable:
        raise
    except Exception as error:
        if len(ids) == 1 and isinstance(error, DomainError):
            log.info("jobs.refused", code=error.code)
            return Counter(refused=1)
        if len(ids) == 1:
            log.exception("jobs.failed-for-one", member=alias(ids[0]))
            return Counter({FAILED: 1})
    half = len(ids) // 2
    return _done(runtime, do, ids[:half]) + _done(runtime, do, ids[half:])
