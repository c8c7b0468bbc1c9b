"""Processes that hand a grant out and are killed (SIGKILL) in it: `python -m tests.backend.adjustments.dying`.

Arguments: the database's URL, the grant's id, then points: `before:N` and `after:N` the Nth commit. Prints the signal
that ended each process, 0 for none.
"""

import os
import signal
import sys
from itertools import count

from sqlalchemy import event

from backend import adjustments
from backend.kit.clock import FixedClock
from backend.kit.db import connect
from tests.support.clocks import MORNING
from tests.support.runtimes import make_runtime


def hand_out(url, grant_id, point):
    """Hand out all there is; die where told."""
    sessions = make_runtime(connect(url), FixedClock(MORNING)).sessions
    when, _, number = point.partition(":")
    commits = count(1)

    def die(_session):
        if next(commits) == int(number):
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(sessions.write, f"{when}_commit", die)
    done = adjustments.Slice(outcomes=None, last=0)
    while done is not None:
        done = adjustments.hand_out(sessions, grant_id, after=done.last, now=MORNING)


if __name__ == "__main__":
    for point in sys.argv[3:]:
        child = os.fork()
        if not child:
            hand_out(sys.argv[1], int(sys.argv[2]), point)
            os._exit(0)
        print(os.WTERMSIG(os.waitpid(child, 0)[1]))  # noqa: T201  the answer to the test
