"""A deliverer as a process of its own, to be killed: `python -m tests.backend.messaging.deliverer DATABASE WECHAT`."""

import sys
from dataclasses import replace
from threading import Event

from backend.kit.clock import FixedClock
from backend.kit.db import connect
from backend.messaging import CATALOGUE, deliver_until
from tests.support.clocks import MORNING
from tests.support.runtimes import make_runtime


def main() -> None:
    database, wechat = sys.argv[1:]
    runtime = make_runtime(connect(database), FixedClock(MORNING), wechat_url=wechat)
    ids = {name: f"id-of-{name}" for name in CATALOGUE}
    deliver_until(replace(runtime, template_ids=ids), Event(), workers=4)


if __name__ == "__main__":
    main()
