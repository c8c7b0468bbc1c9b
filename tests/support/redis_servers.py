"""The Redis for tests, and one that is away."""

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import monotonic, sleep

import redis

REDIS_URL = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/15")


def redis_answers() -> bool:
    """Whether there is a Redis that these tests may use. They take keys of their own and empty nothing."""
    with suppress(redis.RedisError):
        return bool(redis.Redis.from_url(REDIS_URL, socket_connect_timeout=2).ping())
    return False


def away_url() -> str:
    """The address of a Redis that refuses connections."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"redis://127.0.0.1:{server.getsockname()[1]}/0"


@contextmanager
def own_redis(port: int) -> Iterator[str]:
    """A Redis of this test alone, by its address; killed at the end, and with it all that it holds."""
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:  # noqa: S603  no shell
        try:
            _wait_for(port)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.kill()


def _wait_for(port: int) -> None:
    until = monotonic() + 30
    while monotonic() < until:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        sleep(0.05)
    raise TimeoutError(f"no Redis on port {port}")
