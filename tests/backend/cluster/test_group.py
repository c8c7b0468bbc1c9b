import shutil
from contextlib import ExitStack

import pytest
import redis
from structlog.testing import capture_logs

from backend.cluster.engine import Engine
from backend.messaging.rules import LEASE
from backend.runtime import Cluster
from tests.backend.cluster.groups import asking, group, settle, tell_crowd, under_way, wait_for, waiting
from tests.backend.messaging.recipients import SEND, sends, shown
from tests.support.ports import free_ports
from tests.support.redis_servers import own_redis

pytestmark = pytest.mark.slow


def in_order(wechat, recipients, each):
    return all(shown(wechat, recipient) == list(range(1, each + 1)) for recipient in recipients)


def test_a_group_killed_in_the_middle_loses_nothing_shows_nothing_twice_and_keeps_the_order(
    runtime, wechat, clock, cluster, groups
):
    killed, _ = groups.start(2)
    recipients = tell_crowd(runtime, wechat, members=40, each=5)
    wechat.fault(SEND, delay_ms=200, times=1000)
    with asking(runtime, cluster):
        wait_for(lambda: sends(wechat) >= 60)
        killed.kill()
        assert 0 < waiting(runtime) < 200
        settle(lambda: sends(wechat))
        lost = under_way(runtime)
        clock.move(LEASE)
        wait_for(lambda: waiting(runtime) == 0)
    assert lost > 0
    assert in_order(wechat, recipients, 5)


def test_what_the_engine_loses_or_doubles_is_brought_all_the_same(runtime, wechat, cluster, forget_all):
    wechat.fault(SEND, delay_ms=100, times=1000)
    recipients = tell_crowd(runtime, wechat, members=20, each=5)
    engine, lost = Engine(cluster), 0
    with group(runtime, cluster), asking(runtime, cluster):
        while waiting(runtime):
            lost += forget_all()
            for _ in range(5):
                engine.ask()
            settle(lambda: waiting(runtime), 0.1)
    assert lost > 0
    assert sends(wechat) == 100
    assert in_order(wechat, recipients, 5)


def test_a_lost_word_is_said_again_by_who_looks_and_by_nobody_else(runtime, wechat, cluster, forget_all):
    recipients = tell_crowd(runtime, wechat, members=2, each=1)
    Engine(cluster).ask()
    assert forget_all() > 0
    with group(runtime, cluster):
        settle(lambda: waiting(runtime), 1)
        assert waiting(runtime) == 2
        with asking(runtime, cluster):
            wait_for(lambda: waiting(runtime) == 0)
    assert in_order(wechat, recipients, 1)


def test_a_group_that_ends_finishes_what_it_has_begun_and_begins_nothing(runtime, wechat, cluster):
    wechat.fault(SEND, delay_ms=400, times=1000)
    (recipient,) = tell_crowd(runtime, wechat, members=1, each=4)
    with group(runtime, cluster):
        Engine(cluster).ask()
        wait_for(lambda: under_way(runtime))
    assert under_way(runtime) == 0
    assert 0 < waiting(runtime) < 4
    assert shown(wechat, recipient) == list(range(1, 5 - waiting(runtime)))


@pytest.mark.skipif(shutil.which("redis-server") is None, reason="wants the program redis-server, to kill it")
def test_redis_comes_and_goes_and_comes_back_and_messages_go_out_all_the_while(runtime, wechat):
    (port,) = free_ports(1)
    cluster, told = Cluster(f"redis://127.0.0.1:{port}/0", "baihui-test", threads=1), []

    def is_told(*, by):
        with capture_logs() as logs:
            told.extend(tell_crowd(runtime, wechat, members=1, each=2))
            wait_for(lambda: waiting(runtime) == 0)
            wait_for(lambda: by in {line["event"] for line in logs})

    with ExitStack() as running:
        with own_redis(port):
            running.enter_context(group(runtime, cluster))
            running.enter_context(asking(runtime, cluster))
            is_told(by="cluster.drained")
        is_told(by="cluster.redis-away")
        with own_redis(port):
            wait_for(lambda: heard(cluster))
            is_told(by="cluster.drained")
    assert in_order(wechat, told, 2)


def heard(cluster):
    """Whether a group has connected to Redis."""
    with redis.Redis.from_url(cluster.redis_url) as server:
        return server.exists(f"{cluster.namespace}:__heartbeats__")
