"""Calls that play and are killed (SIGKILL) in it: `… dying DATABASE DRAW DEATH:MEMBER …`.

DEATH is `stock` (when a piece is about to be taken), `before-commit` or `after-commit`, and the key of the call too.
Prints the signal that ended each.
"""

import os
import signal
import sys

from sqlalchemy import event

from backend.app import create_app
from backend.kit.calls import CallApp
from backend.kit.clock import FixedClock
from backend.kit.db import connect
from backend.runtime import Runtime
from tests.support.clocks import MORNING
from tests.support.phone import member_client
from tests.support.runtimes import make_runtime


def call(app: CallApp, draw_id: str, death: str, member_id: int) -> None:
    """Play; die where told."""
    runtime: Runtime = app.extensions["runtime"]
    phone = member_client(app, member_id)
    if death == "stock":
        event.listen(runtime.sessions.write.kw["bind"], "before_cursor_execute", _die_at_the_stock)
    else:
        event.listen(runtime.sessions.write, death.replace("-", "_"), _die_at_the_end)
    phone.post(f"/api/mp/v1/draws/{draw_id}/plays", headers={"Idempotency-Key": death})


def _die_at_the_stock(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
    if statement.startswith("UPDATE lottery_stocks"):
        _die()


def _die_at_the_end(session) -> None:
    if not session.in_nested_transaction():
        _die()


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    mortal = create_app(make_runtime(connect(sys.argv[1]), FixedClock(MORNING)))  # connects in the child
    for deed in sys.argv[3:]:
        name, _, number = deed.partition(":")
        child = os.fork()
        if not child:
            call(mortal, sys.argv[2], name, int(number))
            os._exit(0)
        print(os.WTERMSIG(os.waitpid(child, 0)[1]))  # noqa: T201  the answer to the test
