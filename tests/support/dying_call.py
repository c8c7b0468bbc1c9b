"""Processes that make one idempotent call each and are killed (SIGKILL) at a given point of it.

Arguments: the database's URL, then the points: `view`, `before-commit`, `after-commit`. Key and tally bear the name of
their point. Prints the signal that ended each process, 0 for none.
"""

import os
import signal
import sys

from sqlalchemy import event
from sqlalchemy.orm import Session

from backend.app import create_app
from backend.kit.clock import FixedClock
from backend.kit.db import connect
from tests.support.clocks import MORNING
from tests.support.runtimes import make_runtime
from tests.support.toys import counting_door


def call(url: str, point: str) -> None:
    """Make the call; die where told."""
    runtime = make_runtime(connect(url), FixedClock(MORNING))
    app = create_app(runtime)
    app.register_api(counting_door(_die if point == "view" else lambda: None))
    if point in {"before-commit", "after-commit"}:
        event.listen(runtime.sessions.write, point.replace("-", "_"), _die_at_the_end)
    app.test_client().post("/api/toy/tallies", json={"name": point}, headers={"Idempotency-Key": point})


def _die_at_the_end(session: Session) -> None:
    if not session.in_nested_transaction():
        _die()


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    for point in sys.argv[2:]:
        child = os.fork()
        if not child:
            call(sys.argv[1], point)
            os._exit(0)
        print(os.WTERMSIG(os.waitpid(child, 0)[1]))  # noqa: T201  the answer to the test
