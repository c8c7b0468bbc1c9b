"""Worker groups as processes of their own, the asking of the jobs process in a thread, and a crowd that is told."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from time import monotonic, sleep

from sqlalchemy import Engine, func, select

from backend.cluster import OnCluster, serve
from backend.kit.db import run
from backend.messaging import outbox_depth, tell_points_earned
from backend.messaging.models import Message
from backend.runtime import Cluster, Runtime
from tests.backend.messaging.recipients import Recipient, earned, make_recipient
from tests.support.file_clocks import FileClock
from tests.support.simulator import RunningSimulator


class Groups:
    """Starts worker groups on a test's database, clock, simulator and keys."""

    def __init__(self, engine: Engine, clock: FileClock, wechat: RunningSimulator, cluster: Cluster) -> None:
        database = engine.url.render_as_string(hide_password=False)
        known = [database, wechat.base_url, str(clock.path), cluster.redis_url, cluster.namespace]
        self._command = [sys.executable, "-m", "tests.backend.cluster.worker_group", *known]
        self._started: list[subprocess.Popen[bytes]] = []

    def start(self, count: int) -> list[subprocess.Popen[bytes]]:
        """Start some at once, and wait until they are up."""
        new = [subprocess.Popen(self._command, stdout=subprocess.PIPE) for _ in range(count)]  # noqa: S603  our own
        self._started += new
        for process in new:
            assert process.stdout.readline() == b"up\n"
        return new

    def end(self) -> None:
        for process in self._started:
            process.kill()
            process.wait()
            process.stdout.close()


@contextmanager
def group(runtime: Runtime, cluster: Cluster) -> Iterator[None]:
    """A worker group in threads of this process while this lasts; ended in an orderly way."""
    stopped = Event()
    thread = Thread(target=serve, args=(runtime, cluster, stopped))
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join(30)
    assert not thread.is_alive()


@contextmanager
def asking(runtime: Runtime, cluster: Cluster, **options: float) -> Iterator[None]:
    """The jobs process asks while this lasts."""
    stopped = Event()
    thread = Thread(target=OnCluster(cluster, **options).dispatch_until, args=(runtime, stopped))
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join(30)
    assert not thread.is_alive()


def wait_for(condition, seconds: float = 60) -> None:
    """Until something outside this process has happened."""
    until = monotonic() + seconds
    while not condition():
        assert monotonic() < until
        sleep(0.05)


def settle(figure, seconds: float = 2) -> None:
    """Until a figure has not changed for some time."""
    seen, since = figure(), monotonic()
    while monotonic() - since < seconds:
        sleep(0.05)
        now = figure()
        if now != seen:
            seen, since = now, monotonic()


def tell_crowd(runtime: Runtime, wechat: RunningSimulator, *, members: int, each: int) -> list[Recipient]:
    """Members with messages 1, 2, … for each."""
    recipients = [make_recipient(runtime, wechat) for _ in range(members)]

    def write(session):
        for amount in range(1, each + 1):
            for recipient in recipients:
                tell_points_earned(session, earned(recipient.member_id, amount))

    run(runtime.sessions.write, write)
    return recipients


def waiting(runtime: Runtime) -> int:
    with runtime.sessions.read() as session:
        return outbox_depth(session)


def under_way(runtime: Runtime) -> int:
    """How many messages are claimed and not recorded."""
    with runtime.sessions.read() as session:
        return session.scalar(select(func.count()).where(Message.token.is_not(None)))
