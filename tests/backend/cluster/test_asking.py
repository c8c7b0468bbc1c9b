from dataclasses import replace
from threading import Event

import pytest
from structlog.testing import capture_logs

from backend.cluster import OnCluster
from backend.cluster.engine import Engine
from backend.runtime import Cluster
from tests.backend.cluster.groups import asking, group, settle, tell_crowd, wait_for, waiting
from tests.backend.messaging.recipients import sends, shown
from tests.support.redis_servers import away_url


class Drains:
    """What the engine carries, counted by a group that does nothing."""

    def __init__(self, cluster):
        self.count = 0
        self.worker = Engine(cluster).worker(self.take, threads=1)

    def take(self):
        self.count += 1


@pytest.fixture
def drains(cluster):
    made = Drains(cluster)
    yield made
    made.worker.stop()


def queued(server, cluster):
    return server.llen(f"{cluster.namespace}:drains")


def test_nobody_is_asked_when_nothing_is_due(runtime, cluster, server):
    with asking(runtime, cluster):
        settle(lambda: queued(server, cluster), 1.2)
    assert queued(server, cluster) == 0


def test_one_drain_waits_and_no_more_while_nobody_takes_it(runtime, wechat, cluster, server):
    tell_crowd(runtime, wechat, members=3, each=1)
    with asking(runtime, cluster):
        wait_for(lambda: queued(server, cluster))
        settle(lambda: queued(server, cluster), 1.5)
    assert queued(server, cluster) == 1
    assert waiting(runtime) == 3


def test_another_is_asked_for_as_soon_as_one_is_taken_while_something_is_due(runtime, wechat, cluster, drains):
    tell_crowd(runtime, wechat, members=3, each=1)
    drains.worker.start()
    with asking(runtime, cluster):
        wait_for(lambda: drains.count >= 3)
    assert waiting(runtime) == 3


def test_while_redis_is_away_messages_are_sent_from_here_and_it_is_said_aloud(runtime, wechat):
    (recipient,) = tell_crowd(runtime, wechat, members=1, each=2)
    with capture_logs() as logs, asking(runtime, Cluster(away_url(), "baihui-test", threads=1)):
        wait_for(lambda: waiting(runtime) == 0)
    assert shown(wechat, recipient) == [1, 2]
    assert ("cluster.redis-away", "error") in {(line["event"], line["log_level"]) for line in logs}


def test_while_no_group_lives_messages_are_sent_from_here_and_it_is_said_aloud(runtime, wechat, cluster):
    (recipient,) = tell_crowd(runtime, wechat, members=1, each=2)
    with capture_logs() as logs, asking(runtime, cluster, nobody_takes_s=0.3):
        wait_for(lambda: waiting(runtime) == 0)
    assert shown(wechat, recipient) == [1, 2]
    assert ("cluster.no-worker-group", "error") in {(line["event"], line["log_level"]) for line in logs}


def test_groups_that_come_later_are_asked_again(runtime, wechat, cluster):
    tell_crowd(runtime, wechat, members=1, each=1)
    with asking(runtime, cluster, nobody_takes_s=0.3):
        wait_for(lambda: waiting(runtime) == 0)
    with group(runtime, cluster), capture_logs() as logs:
        (recipient,) = tell_crowd(runtime, wechat, members=1, each=1)
        with asking(runtime, cluster):
            wait_for(lambda: shown(wechat, recipient))
    assert not [line for line in logs if line["log_level"] == "error"]
    assert sends(wechat) == 2


def test_a_database_that_comes_and_goes_does_not_end_the_asking(runtime, wechat, cluster, server):
    broken = {"now": True}

    class Moody:
        def now(self):
            if broken["now"]:
                raise ConnectionError("away")
            return runtime.clock.now()

    tell_crowd(runtime, wechat, members=1, each=1)
    with capture_logs() as logs, asking(replace(runtime, clock=Moody()), cluster):
        wait_for(lambda: [line for line in logs if line["event"] == "cluster.look-failed"])
        broken["now"] = False
        wait_for(lambda: queued(server, cluster))
    assert waiting(runtime) == 1


def test_who_is_stopped_before_the_first_look_looks_at_nothing(runtime, wechat, cluster, server):
    tell_crowd(runtime, wechat, members=1, each=1)
    stopped = Event()
    stopped.set()
    OnCluster(cluster).dispatch_until(runtime, stopped)
    assert queued(server, cluster) == 0
