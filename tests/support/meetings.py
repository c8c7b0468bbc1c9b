"""Races that always happen: two threads wait for one another where their luck would decide."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Barrier, BrokenBarrierError

from sqlalchemy import Engine, event


@contextmanager
def meeting(engine: Engine, statement: str, *, patience: float) -> Iterator[None]:
    """The first two threads that are about to say a statement that begins so go on together.

    Where a lock holds the others up, the first goes on alone after `patience` seconds.
    """
    over: list[bool] = []
    pair = Barrier(2, action=lambda: over.append(True))

    def wait(_connection: object, _cursor: object, said: str, *_rest: object) -> None:
        if said.startswith(statement) and not over:
            with suppress(BrokenBarrierError):
                pair.wait(patience)

    event.listen(engine, "before_cursor_execute", wait)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", wait)
