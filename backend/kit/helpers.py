"""Other processes of this machine that read the database for this one: for what is too much for one core."""

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from typing import Any, Final, Protocol, TypeVar

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from backend.kit.db import connect, hold_still, sessions

P = TypeVar("P")
A = TypeVar("A")

GARBAGE_AT: Final = 50_000  # who reads lines by the thousand and drops them would look for garbage all the time

_own: dict[str, Session] = {}  # a helper's session, from its beginning to its end


class Each(Protocol):
    """Does work on each of some parts; the answers come in the order of the parts."""

    def __call__(self, work: Callable[[Session, P], A], parts: Sequence[P]) -> Iterable[A]: ...


@contextmanager
def helpers(engine: Engine, *, count: int | None = None) -> Iterator[Each]:
    """Let `count` processes (one for each core) work with sessions of their own, which only read.

    They begin when there is something to do, and each sees the one state in which it found the database then. What
    they do, and the parts, must be known by name in another process. What one raises is raised here.
    """
    url = engine.url.render_as_string(hide_password=False)
    # begun anew, not forked: a fork would share our connections, and the threads of a progress bar would be missing
    with ProcessPoolExecutor(count, get_context("spawn"), _begin, (url,)) as pool:
        yield lambda work, parts: pool.map(partial(_do, work), parts)


def _begin(url: str) -> None:
    gc.set_threshold(GARBAGE_AT)
    _own["session"] = sessions(connect(url)).read()
    hold_still(_own["session"])


def _do(work: Callable[[Session, Any], A], part: Any) -> A:
    return work(_own["session"], part)
