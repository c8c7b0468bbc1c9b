"""A worker group on a test's clock, to be killed: `… DATABASE WECHAT CLOCK REDIS NAMESPACE`."""

import signal
import sys
from dataclasses import replace
from pathlib import Path
from threading import Event

from backend.cluster import serve
from backend.kit.db import connect
from backend.runtime import Cluster
from tests.backend.messaging.conftest import TEMPLATE_IDS
from tests.support.file_clocks import FileClock
from tests.support.runtimes import make_runtime


def main() -> None:
    database, wechat, clock, redis_url, namespace = sys.argv[1:]
    stopped = Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    runtime = make_runtime(connect(database, pool_size=8), FileClock(Path(clock)), wechat_url=wechat)
    print("up", flush=True)  # noqa: T201  the test waits for it
    serve(replace(runtime, template_ids=TEMPLATE_IDS), Cluster(redis_url, namespace, threads=1), stopped)


if __name__ == "__main__":
    main()
