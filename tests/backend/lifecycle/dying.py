"""A job that closes memberships and is killed (SIGKILL) in it: `… dying DATABASE before_commit|after_commit COUNT`."""

import os
import signal
import sys
from itertools import count

from sqlalchemy import event

from backend.jobs import work
from backend.kit.clock import FixedClock
from backend.kit.db import connect
from tests.backend.lifecycle.leavers import DUE
from tests.support.clocks import MORNING
from tests.support.runtimes import make_runtime

if __name__ == "__main__":
    url, when, which = sys.argv[1], sys.argv[2], int(sys.argv[3])
    runtime, turns = make_runtime(connect(url), FixedClock(MORNING)), count(1)

    def die(_session: object) -> None:
        if next(turns) == which:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(runtime.sessions.write, when, die)
    work.close_memberships(runtime, DUE)
