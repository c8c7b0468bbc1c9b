"""Processes that plan a broadcast and are killed (SIGKILL) in it: `python -m tests.backend.messaging.broadcasts.dying`.

Arguments: the database's URL, the broadcast's id, members a slice, then points: `before:N` and `after:N` the commit of
the Nth slice. Prints the signal that ended each process, 0 for one that came to the end.
"""

import os
import signal
import sys
from itertools import count

from sqlalchemy import event

from backend.kit.clock import FixedClock
from backend.kit.db import connect, run
from backend.messaging import broadcasts
from tests.support.clocks import MORNING
from tests.support.runtimes import make_runtime


def plan(url, broadcast_id, limit, point):
    """Plan all there is; die where told."""
    sessions = make_runtime(connect(url), FixedClock(MORNING)).sessions
    when, _, number = point.partition(":")
    commits = count(1)

    def die(session):
        if next(commits) == int(number):
            if when == "before":
                session.flush()
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(sessions.write, f"{when}_commit", die)

    def one(session):
        return broadcasts.plan_slice(session, broadcast_id, now=MORNING, limit=limit)

    while run(sessions.write, one) is not None:
        pass


if __name__ == "__main__":
    for point in sys.argv[4:]:
        child = os.fork()
        if not child:
            plan(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), point)
            os._exit(0)
        print(os.WTERMSIG(os.waitpid(child, 0)[1]))  # noqa: T201  the answer to the test
