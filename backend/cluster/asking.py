from threading import Event
from time import monotonic
from typing import Final

import redis
import structlog

from backend import messaging
from backend.cluster.engine import Engine
from backend.cluster.group import SLICE_S
from backend.runtime import Cluster, Runtime

log = structlog.get_logger(__name__)

LOOK_EVERY_S: Final = 0.5
NOBODY_TAKES_S: Final = 3 * SLICE_S
"""Every thread that drains is free again sooner: what waits for so long has nobody who could take it."""


class OnCluster:
    """Looks what is due and asks worker groups to send it, one drain a look while none waits to be taken.

    So no more are on their way than there are threads to run them, and free threads are soon all at work. What nobody
    drains, because Redis is away or no group lives, is sent from here, and that is said aloud.
    """

    def __init__(self, cluster: Cluster, *, nobody_takes_s: float = NOBODY_TAKES_S) -> None:
        self._engine = Engine(cluster)
        self._nobody_takes_s = nobody_takes_s
        self._untaken: tuple[bytes | None, float] = (None, 0.0)

    def dispatch_until(self, runtime: Runtime, stopped: Event) -> None:
        """See to it that due messages go out until `stopped` is set; then begin nothing, and return."""
        while not stopped.is_set():
            try:
                self._look(runtime, stopped)
            except Exception:
                log.exception("cluster.look-failed")  # the database is away: the loop must outlive that
            stopped.wait(LOOK_EVERY_S)

    def _look(self, runtime: Runtime, stopped: Event) -> None:
        if messaging.anything_due(runtime) and not self._asked():
            messaging.deliver_some(runtime, stopped, seconds=SLICE_S)

    def _asked(self) -> bool:
        """Ask for a drain, unless one waits; False where nobody hears it."""
        try:
            untaken = self._engine.longest_untaken()
            if untaken is None:
                self._engine.ask()
        except redis.RedisError:
            log.exception("cluster.redis-away")
            return False
        if untaken is None or untaken != self._untaken[0]:
            self._untaken = (untaken, monotonic())
        elif monotonic() - self._untaken[1] > self._nobody_takes_s:
            log.error("cluster.no-worker-group")
            return False
        return True
