"""Processes that run a command line and are killed (SIGKILL) in it: `python -m tests.backend.commands.dying`.

Arguments: the database's URL, points with commas between them (`before:N`, `after:N` the Nth commit), and the
command. Prints the signal that ended each process, 0 for one that came to the end.
"""

import os
import signal
import sys
from itertools import count

from sqlalchemy import event

from backend.app import create_app
from backend.kit.clock import FixedClock
from backend.kit.db import connect
from tests.support.clocks import MORNING
from tests.support.runtimes import make_runtime


def run_and_die(app, point, command):
    """Run the command; die where told."""
    when, _, number = point.partition(":")
    commits = count(1)

    def die(_session):
        if next(commits) == int(number):
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(app.extensions["runtime"].sessions.write, f"{when}_commit", die)
    app.test_cli_runner().invoke(args=command)


if __name__ == "__main__":
    mortal = create_app(make_runtime(connect(sys.argv[1]), FixedClock(MORNING)))  # connects in the child
    for point in sys.argv[2].split(","):
        child = os.fork()
        if not child:
            run_and_die(mortal, point, sys.argv[3:])
            os._exit(0)
        print(os.WTERMSIG(os.waitpid(child, 0)[1]))  # noqa: T201  the answer to the test
