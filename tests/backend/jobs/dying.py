"""A jobs process that is killed in its work: `python -m tests.backend.jobs.dying DATABASE`."""

import sys
from threading import Event

from backend.jobs import Job, runner
from backend.kit.clock import FixedClock
from backend.kit.db import connect
from tests.support.clocks import MORNING
from tests.support.runtimes import make_runtime


def work_for_ever(_runtime, _at):
    print("working", flush=True)  # noqa: T201  the test waits for this line
    Event().wait()
    return {}


if __name__ == "__main__":
    runtime = make_runtime(connect(sys.argv[1]), FixedClock(MORNING))
    runner.fire(runtime, Job("count", "never ends", "* * * * *", work_for_ever), MORNING)
