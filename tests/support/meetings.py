"""Races that always happen: two threads wait for one another where their luck would decide."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Barrier, BrokenBarrierError

from sqlalchemy import Engine, event


@contextmanager
def meeting(engine: Engine, statement: str, *, patience: float) -> Iterator[None]:
    """The first two threads that are about to say a statement that begins so go on together.

    Where a lock holds the others up, the first goes on alone after `patience` seconds.
    """
    wait = _pair(patience)

    def note(_connection: object, _cursor: object, said: str, *_rest: object) -> None:
        if said.startswith(statement):
            wait()

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", note)


@contextmanager
def meeting_at_commit(engine: Engine, *, patience: float) -> Iterator[None]:
    """The first two transactions commit only when both have done their work, as `meeting` does for a statement."""
    wait = _pair(patience)

    def note(_connection: object) -> None:
        wait()

    event.listen(engine, "commit", note)
    try:
        yield
    finally:
        event.remove(engine, "commit", note)


@contextmanager
def lockless(engine: Engine) -> Iterator[None]:
    """Nobody who reads locks what is read: what a race does then shows that it can be lost."""
    with rewritten(engine, "FOR UPDATE", ""):
        yield


@contextmanager
def rewritten(engine: Engine, written: str, instead: str) -> Iterator[None]:
    """Every statement is said with `instead` where the product wrote `written`."""

    def rewrite(
        _connection: object, _cursor: object, said: str, parameters: object, *_rest: object
    ) -> tuple[str, object]:
        return said.replace(written, instead), parameters

    event.listen(engine, "before_cursor_execute", rewrite, retval=True)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", rewrite)


def _pair(patience: float) -> Callable[[], None]:
    over: list[bool] = []
    pair = Barrier(2, action=lambda: over.append(True))

    def wait() -> None:
        if not over:
            with suppress(BrokenBarrierError):
                pair.wait(patience)

    return wait
