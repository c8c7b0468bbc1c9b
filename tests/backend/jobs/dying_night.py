"""A night that is killed (SIGKILL) in it: `… dying_night DATABASE before_commit|after_commit COUNT`."""

import os
import signal
import sys
from itertools import count

from sqlalchemy import event

from backend.jobs import nightly
from backend.kit.clock import FixedClock
from backend.kit.db import connect
from tests.backend.jobs.nights import NIGHT
from tests.support.runtimes import make_runtime

if __name__ == "__main__":
    url, when, which = sys.argv[1], sys.argv[2], int(sys.argv[3])
    runtime, turns = make_runtime(connect(url), FixedClock(NIGHT)), count(1)
    nightly.SLICE = 1

    def die(_session: object) -> None:
        if next(turns) == which:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(runtime.sessions.write, when, die)
    nightly.nightly(runtime, NIGHT)
