from dataclasses import replace
from threading import Event, Thread

import pytest

from backend.cluster import OnCluster
from backend.jobs.dispatching import InThreads, dispatcher_of
from backend.kit.clock import FixedClock
from backend.runtime import Cluster
from tests.support.clocks import MORNING
from tests.support.databases import sqlite_copy
from tests.support.runtimes import make_runtime


@pytest.fixture
def runtime(sqlite_template, tmp_path):
    with sqlite_copy(sqlite_template, tmp_path) as engine:
        yield make_runtime(engine, FixedClock(MORNING))


def test_the_jobs_process_sends_unless_a_cluster_is_set_up(runtime):
    assert isinstance(dispatcher_of(runtime), InThreads)


def test_a_cluster_is_asked_where_it_is_set_up(runtime):
    cluster = Cluster("redis://127.0.0.1:9/0", "baihui-test", threads=1)
    assert isinstance(dispatcher_of(replace(runtime, cluster=cluster)), OnCluster)


def test_threads_end_when_told(runtime):
    stopped = Event()
    thread = Thread(target=InThreads().dispatch_until, args=(runtime, stopped))
    thread.start()
    stopped.set()
    thread.join(30)
    assert not thread.is_alive()
