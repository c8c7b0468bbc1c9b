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
REFUSED: Final = "refused"
MOST_FAILURES: Final = 100
"""Of one walk. What fails more often than that is no matter of single members, and is raised."""

Place = tuple[Any, ...]
"""What a walk is ordered by; the member's id stands last."""

Find = Callable[[Session, Place | None], Sequence[Place]]
Do = Callable[[Session, Sequence[int]], Counter[str]]


def walk(runtime: Runtime, find: Find, do: Do, *, alone: bool = False) -> Counter[str]:
    """`do` for all that `find` finds behind a place, until it finds nothing; what was done is counted.

    A slice is one transaction, or each member is, `alone`. A slice that fails is halved until the member who makes it
    fail is alone. That one is logged by alias and counted as `failed` (`refused`, where it is a refusal: who has left
    this very moment), and the others go on; the database being away, or more than MOST_FAILURES, is raised.
    """
    return _Walk(runtime, find, do, alone=alone).go_round()


def walk_until_done(runtime: Runtime, find: Find, do: Do) -> Counter[str]:
    """Walk again and again, until a walk does nothing: for what becomes due anew by being done. See `walk`."""
    walking = _Walk(runtime, find, do, alone=False)
    total: Counter[str] = Counter()
    while counts := walking.go_round():
        total += counts
        if not counts.keys() - {FAILED, REFUSED}:
            break
    return total


class TooManyFailed(Exception):
    """So many members failed that it is no matter of single ones."""


def by_id(ids: Sequence[int]) -> Sequence[Place]:
    """Places in a walk that is ordered by member."""
    return [(one,) for one in ids]


def id_of(place: Place | None) -> int:
    """The member behind whom a walk goes on."""
    return place[-1] if place else 0


class _Walk:
    """One walk after another over the same members; who is stuck is left out from then on."""

    def __init__(self, runtime: Runtime, find: Find, do: Do, *, alone: bool) -> None:
        self._runtime = runtime
        self._find = find
        self._do = do
        self._alone = alone
        self._stuck: set[int] = set()

    def go_round(self) -> Counter[str]:
        """What was done, and of how many members it was not; nothing where nobody was found."""
        counts: Counter[str] = Counter()
        place: Place | None = None
        while found := self._found(place):
            ids = sorted({one[-1] for one in found} - self._stuck)
            for slice_ in [[one] for one in ids] if self._alone else [ids]:
                counts += self._done(slice_)
            place = found[-1]
            if counts[FAILED] > MOST_FAILURES:
                raise TooManyFailed(counts[FAILED])
        return counts

    def _found(self, place: Place | None) -> Sequence[Place]:
        with self._runtime.sessions.read() as session:
            return self._find(session, place)

    def _done(self, ids: Sequence[int]) -> Counter[str]:
        if not ids:
            return Counter()
        try:
            return run(self._runtime.sessions.write, lambda session: self._do(session, ids))
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001  whatever it is, it is told of the one who makes it
            if len(ids) == 1:
                return self._set_aside(ids[0], error)
        half = len(ids) // 2
        return self._done(ids[:half]) + self._done(ids[half:])

    def _set_aside(self, member_id: int, error: Exception) -> Counter[str]:
        self._stuck.add(member_id)
        if isinstance(error, DomainError):
            log.info("jobs.refused", code=error.code)
            return Counter({REFUSED: 1})
        log.error("jobs.failed-for-one", member=alias(member_id), exc_info=error)
        return Counter({FAILED: 1})
