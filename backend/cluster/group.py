from functools import partial
from threading import Event
from typing import Final

import structlog

from backend import messaging
from backend.cluster.engine import Engine
from backend.runtime import Cluster, Runtime

log = structlog.get_logger(__name__)

SLICE_S: Final = 10.0  # of one drain; who has more to send is asked again
STOP_WITHIN_MS: Final = 25_000  # longer than an attempt with all its time-outs


def serve(runtime: Runtime, cluster: Cluster, stopped: Event) -> None:
    """Drain whenever this worker group is asked, until `stopped` is set; then finish what was begun, and return."""
    worker = Engine(cluster).worker(partial(_drain, runtime, stopped), threads=cluster.threads)
    worker.start()
    log.info("cluster.group-started", threads=cluster.threads)
    try:
        stopped.wait()
    finally:
        worker.stop(timeout=STOP_WITHIN_MS)
        log.info("cluster.group-ended")


def _drain(runtime: Runtime, stopped: Event) -> None:
    outcomes = messaging.deliver_some(runtime, stopped, seconds=SLICE_S)
    log.info("cluster.drained", **outcomes)
