"""A process that applies a version of the book of tiers slice by slice and is killed (SIGKILL) in the middle of one.

Arguments: the database's URL, the version, members a slice, how many slices are committed before. It dies when the
slice after them is written and not yet committed.
"""

import os
import signal
import sys
from datetime import datetime

from sqlalchemy import event
from sqlalchemy.orm import Session

from backend import tiers
from backend.kit.clock import FixedClock
from backend.kit.db import connect, run
from tests.support.runtimes import make_runtime


def apply(url: str, version: int, limit: int, whole: int, now: datetime) -> None:
    """Apply slices until killed."""
    sessions = make_runtime(connect(url), FixedClock(now)).sessions
    for _ in range(whole):
        run(sessions.write, lambda session: tiers.apply_slice(session, version, now=now, limit=limit))
    event.listen(sessions.write, "before_commit", _die)
    run(sessions.write, lambda session: tiers.apply_slice(session, version, now=now, limit=limit))


def _die(session: Session) -> None:
    session.flush()
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    apply(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), datetime.fromisoformat(sys.argv[5]))
