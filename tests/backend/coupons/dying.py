"""Processes that hand out a list of coupons and are killed (SIGKILL) in it: `python -m tests.backend.coupons.dying`.

Arguments: the database's URL, the list's id, members a slice, then points: `before:N` and `after:N` the commit of the
Nth slice. Prints the signal that ended each process, 0 for one that came to the end.
"""

import os
import signal
import sys
from itertools import count
from random import SystemRandom

from sqlalchemy import event

from backend import coupons
from backend.kit.clock import FixedClock
from backend.kit.db import connect
from tests.support.clocks import MORNING
from tests.support.runtimes import make_runtime


def hand_out(url, handout_id, limit, point):
    """Hand out all there is; die where told."""
    runtime = make_runtime(connect(url), FixedClock(MORNING))
    when, _, number = point.partition(":")
    commits = count(1)

    def die(_session):
        if next(commits) == int(number):
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(runtime.sessions.write, f"{when}_commit", die)
    luck = SystemRandom()  # seeded, each process would draw the codes of the one before
    while coupons.hand_out_coupons(runtime.sessions, handout_id, rng=luck, now=MORNING, limit=limit) is not None:
        pass


if __name__ == "__main__":
    for point in sys.argv[4:]:
        child = os.fork()
        if not child:
            hand_out(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), point)
            os._exit(0)
        print(os.WTERMSIG(os.waitpid(child, 0)[1]))  # noqa: T201  the answer to the test
