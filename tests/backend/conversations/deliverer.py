"""A sender of replies as a process of its own, to be killed: `python -m ...conversations.deliverer DATABASE WECHAT`."""

import sys
from threading import Event

from backend.conversations import send_replies_until
from backend.kit.clock import FixedClock
from backend.kit.db import connect
from tests.support.clocks import MORNING
from tests.support.runtimes import make_runtime


def main() -> None:
    database, wechat = sys.argv[1:]
    send_replies_until(make_runtime(connect(database), FixedClock(MORNING), wechat_url=wechat), Event())


if __name__ == "__main__":
    main()
