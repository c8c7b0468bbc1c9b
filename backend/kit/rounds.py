"""Work that is claimed a few pieces at a time, and done in threads."""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from threading import Event
from time import monotonic
from typing import Final, Self

import structlog

log = structlog.get_logger(__name__)

IDLE_S: Final = 0.5
AFTER_A_FAILURE_S: Final = 2.0


@dataclass(frozen=True)
class Taken:
    """What a claim came to: pieces of work, each of which answers its outcome and raises nothing; outcomes of what
    ended without work; and how many other things it moved, so that it is worth claiming again.
    """

    work: Sequence[Callable[[], str]] = ()
    ended: Counter[str] = field(default_factory=Counter)
    moved: int = 0

    @property
    def nothing(self) -> bool:
        """Whether there was nothing to claim."""
        return not (self.work or self.ended or self.moved)


class Rounds:
    """Claims and does work in `workers` threads, so that a slow piece holds up no other. To be used with `with`.

    `claim` is asked for so many pieces at most. With `ahead`, so many more are claimed than there are threads, and
    never fewer at a time: where claiming costs as much for one as for many. What has begun is done before the end.
    """

    def __init__(self, name: str, claim: Callable[[int], Taken], *, workers: int, ahead: int = 0) -> None:
        self._name = name
        self._claim = claim
        self._fewest = max(1, ahead)
        self._most = workers + ahead
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix=name)
        self._under_way: set[Future[str]] = set()
        self.outcomes: Counter[str] = Counter()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        while self._under_way:
            self._wait(None)
        self._pool.shutdown()

    def drain(self, stopped: Event, *, seconds: float = math.inf) -> None:
        """Work until nothing is left, `stopped` is set or so many seconds have passed. Raises what claiming raises."""
        until = monotonic() + seconds
        while not stopped.is_set() and monotonic() < until and (not self._take().nothing or self._under_way):
            self._wait(IDLE_S)

    def serve(self, stopped: Event) -> None:
        """Work as there is work, until `stopped` is set. A claim that fails is told in the log and tried again."""
        while not stopped.is_set():
            try:
                taken = self._take()
            except Exception:  # the database is away: the loop must outlive that
                log.exception("rounds.claim-failed", rounds=self._name)
                stopped.wait(AFTER_A_FAILURE_S)
                continue
            if self._under_way:
                self._wait(IDLE_S)
            elif taken.nothing:
                stopped.wait(IDLE_S)

    def _take(self) -> Taken:
        free = self._most - len(self._under_way)
        if free < self._fewest:
            return Taken()
        taken = self._claim(free)
        self._under_way |= {self._pool.submit(piece) for piece in taken.work}
        self.outcomes += taken.ended
        return taken

    def _wait(self, seconds: float | None) -> None:
        done, self._under_way = wait(self._under_way, timeout=seconds, return_when=FIRST_COMPLETED)
        self.outcomes.update(future.result() for future in done)
