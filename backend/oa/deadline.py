from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from threading import BoundedSemaphore
from typing import Any, TypeVar

import structlog

T = TypeVar("T")

log = structlog.get_logger(__name__)


class Late(Exception):
    """The work was not done in time."""


class Workers:
    """A few threads that work for callers who cannot wait for ever.

    No time-out of a socket or a lock bounds a whole piece of work, so the caller waits by the clock instead. At most
    `count` pieces run; what takes longer than its caller waits keeps its thread until its own time-outs end it.
    """

    def __init__(self, count: int, name: str) -> None:
        self._pool = ThreadPoolExecutor(count, thread_name_prefix=name)
        self._free = BoundedSemaphore(count)

    def within(self, seconds: float, work: Callable[[], T]) -> T:
        """What `work` returns or raises. Raises Late after `seconds`: work not begun by then never begins, work that
        has begun goes on to its end, and says so loudly if it fails there.
        """
        return _outcome(self._start(work), seconds)

    def at_once(self, seconds: float, work: Callable[[], T]) -> T:
        """As `within`, but Late without waiting when all threads are busy: a slow peer delays its first callers."""
        if not self._free.acquire(blocking=False):
            raise Late
        future = self._start(work)
        future.add_done_callback(lambda _: self._free.release())
        return _outcome(future, seconds)

    def _start(self, work: Callable[[], T]) -> Future[T]:
        return self._pool.submit(copy_context().run, work)  # log lines keep their request id


def _outcome(future: Future[T], seconds: float) -> T:
    if wait((future,), timeout=seconds).not_done:
        future.cancel()
        future.add_done_callback(_tell_failure)
        raise Late
    return future.result()


def _tell_failure(future: Future[Any]) -> None:
    if not future.cancelled() and (error := future.exception()) is not None:
        log.error("oa.failed-after-its-answer", exc_info=error)
