"""A process that settles a session slice by slice and is killed (SIGKILL) in the middle of one.

Arguments: the database's URL, the session's id, how many slices are committed before, members a slice.
"""

import os
import signal
import sys

from sqlalchemy import event
from sqlalchemy.orm import Session

from backend.jobs import events as job
from backend.kit.clock import FixedClock
from backend.kit.db import connect
from tests.support.clocks import MORNING
from tests.support.runtimes import make_runtime


def settle(url: str, session_id: int, whole: int, limit: int) -> None:
    """Settle until killed, when the slice after `whole` is written and not yet committed."""
    runtime = make_runtime(connect(url), FixedClock(MORNING))
    job.SLICE = limit  # type: ignore[misc]  # few members make several slices
    slices = 0

    def die(session: Session) -> None:
        nonlocal slices
        session.flush()
        slices += bool(session.info.get("settling"))
        if slices > whole:
            os.kill(os.getpid(), signal.SIGKILL)

    def note(session: Session, *_: object) -> None:
        session.info["settling"] = True

    event.listen(runtime.sessions.write, "before_flush", note)
    event.listen(runtime.sessions.write, "before_commit", die)
    job.tend_session(runtime, session_id, MORNING)


if __name__ == "__main__":
    settle(sys.argv[1], *map(int, sys.argv[2:]))
