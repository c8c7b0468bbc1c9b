"""The only place that knows Dramatiq."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, cast

from backend.kit.cache import redis_client
from backend.runtime import Cluster

if TYPE_CHECKING:
    from dramatiq import Worker

QUEUE: Final = "drains"
DRAIN: Final = "drain"
HEARTBEAT_TIMEOUT_MS: Final = 3_000  # a group that is silent for so long is taken for dead: others run its drains too
LOOKS_FOR_THE_DEAD: Final = 100_000  # of a million commands: with a few commands a second, every few seconds
POLL_AT_LEAST_EVERY_MS: Final = 500


class NotInstalled(ImportError):
    """Dramatiq is not here: it comes with the extra `cluster`."""

    def __init__(self) -> None:
        super().__init__(
            "DISPATCHER=cluster needs the extra `cluster`: pip install --require-hashes -r requirements/cluster.lock"
        )


class Engine:
    """Carries the word `drain` to one of the worker groups. Connects when first used. NotInstalled without Dramatiq.

    Its calls raise redis.RedisError, after two seconds or so, where Redis does not answer.
    """

    def __init__(self, cluster: Cluster) -> None:
        try:
            from dramatiq.brokers.redis import RedisBroker  # noqa: PLC0415  an extra, which not every shop installs
        except ImportError as error:
            raise NotInstalled from error
        self._redis = redis_client(cluster.redis_url)
        self._untaken = f"{cluster.namespace}:{QUEUE}"  # the list of ids that Dramatiq keeps
        self._broker = RedisBroker(
            client=self._redis,
            namespace=cluster.namespace,
            middleware=[],  # no retries: asking anew is better. No time limit: it would break into transactions
            heartbeat_timeout=HEARTBEAT_TIMEOUT_MS,
            maintenance_chance=LOOKS_FOR_THE_DEAD,
        )

    def ask(self) -> None:
        """Ask for a drain, of whichever group has a free thread."""
        from dramatiq import Message  # noqa: PLC0415  as above

        self._broker.enqueue(Message(queue_name=QUEUE, actor_name=DRAIN, args=(), kwargs={}, options={}))

    def longest_untaken(self) -> bytes | None:
        """The id of the drain that waits longest for a group to take it, None when none waits."""
        found = cast("list[bytes]", self._redis.lrange(self._untaken, 0, 0))
        return found[0] if found else None

    def worker(self, drain: Callable[[], None], *, threads: int) -> "Worker":
        """What takes drains and runs them, so many at once; it begins when it is started."""
        from dramatiq import Worker, actor  # noqa: PLC0415  as above

        actor(actor_name=DRAIN, queue_name=QUEUE, broker=self._broker)(drain)
        worker = Worker(self._broker, worker_threads=threads, worker_timeout=POLL_AT_LEAST_EVERY_MS)
        worker.queue_prefetch = threads  # what one group cannot run yet is left to the others
        return worker
