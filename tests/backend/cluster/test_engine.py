import sys
from threading import Event

import pytest
import redis

from backend.cluster import NotInstalled, engine
from backend.cluster.engine import Engine
from backend.runtime import Cluster
from tests.backend.cluster.groups import wait_for
from tests.support.redis_servers import away_url


@pytest.fixture
def running():
    """Starts workers, and ends them."""
    started = []

    def start(cluster, drain, threads=1):
        worker = Engine(cluster).worker(drain, threads=threads)
        worker.start()
        started.append(worker)

    yield start
    for worker in started:
        worker.stop()


def test_what_is_asked_waits_until_it_is_taken_and_leaves_nothing_behind(cluster, server, running):
    asker = Engine(cluster)
    assert asker.longest_untaken() is None
    asker.ask()
    waits = asker.longest_untaken()
    asker.ask()
    assert asker.longest_untaken() == waits
    drained = []
    running(cluster, lambda: drained.append(1))
    wait_for(lambda: len(drained) == 2)
    wait_for(lambda: not server.keys(f"{cluster.namespace}:{engine.QUEUE}*"))
    assert asker.longest_untaken() is None


def test_a_group_takes_no_more_than_it_can_run(cluster, running):
    asker, go_on, begun = Engine(cluster), Event(), []

    def drain():
        begun.append(1)
        go_on.wait(30)

    running(cluster, drain, threads=2)
    for _ in range(3):
        asker.ask()
    wait_for(lambda: len(begun) == 2)
    assert asker.longest_untaken() is not None
    go_on.set()
    wait_for(lambda: len(begun) == 3)


def test_a_drain_that_fails_ends_nobody_and_is_not_tried_again(cluster, server, running):
    tried = []

    def drain():
        tried.append(1)
        raise ZeroDivisionError

    running(cluster, drain)
    for _ in range(2):
        Engine(cluster).ask()
    wait_for(lambda: len(tried) == 2)
    wait_for(lambda: not server.keys(f"{cluster.namespace}:{engine.QUEUE}*"))


@pytest.mark.slow
def test_what_a_dead_group_had_taken_comes_back_in_seconds(cluster, running):
    asker, drained = Engine(cluster), []
    asker.ask()
    dead = Engine(cluster)._broker.consume(engine.QUEUE)
    assert next(dead) is not None
    assert asker.longest_untaken() is None
    running(cluster, lambda: drained.append(1))
    wait_for(lambda: drained, seconds=30)


def test_redis_that_is_away_is_told(cluster):
    asker = Engine(Cluster(away_url(), "baihui-test", threads=1))
    with pytest.raises(redis.RedisError):
        asker.longest_untaken()
    with pytest.raises(redis.RedisError):
        asker.ask()


def test_without_dramatiq_the_extra_is_named(monkeypatch):
    for name in [name for name in sys.modules if name.partition(".")[0] == "dramatiq"]:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(NotInstalled, match=r"DISPATCHER=cluster needs the extra `cluster`"):
        Engine(Cluster("redis://127.0.0.1/0", "baihui-test", threads=1))
