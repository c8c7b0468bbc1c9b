"""The Redis for tests, and one that is away."""

import os
import socket
from contextlib import suppress

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
