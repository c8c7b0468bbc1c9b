import json
import os
import signal
import socket
import time
from uuid import uuid4

import pytest
import redis

from scripts.launch.processes import SHORTEST_LIFE_S
from scripts.walking.doors import Till, Wire
from scripts.walking.steps import Walk
from tests.support.launched import ENDS_WITHIN_S, launched, start, wait_for

pytestmark = pytest.mark.slow

JOINED = "会员入会成功通知"


def _is_gone(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def _join_and_be_told(folder):
    """A shopper joins and waits for the message about it."""
    demo = json.loads((folder / "demo.json").read_text("utf-8"))
    web, simulator = Wire(demo["base_url"]), Wire(demo["simulator_url"])
    till = Till(web, app_key=demo["till"]["app_key"], secret=demo["till"]["secret"])
    walk = Walk(web, simulator, till, store_name=demo["till"]["store_name"])
    walk.meet_wechat()
    walk.join()
    walk.phone.waits_for(lambda one: one.get("title") == JOINED, within_s=30)


def test_either_signal_ends_all_processes_and_the_next_start_keeps_the_data(tmp_path):
    with launched(tmp_path) as store:
        children = store.children()
        assert len(children) == 3
        assert "Seeded a demo store" in store.said
        assert "The menu is pushed, 5 codes are drawn." in store.said
        secret = (tmp_path / "demo.json").read_text("utf-8").partition('"secret": "')[2][:64]
        assert store.end(signal.SIGINT) == 0
        assert all(map(_is_gone, children))
    with launched(tmp_path) as store:
        children = store.children()
        assert "Seeded" not in store.said
        assert "The menu is pushed, 0 codes are drawn." in store.said
        assert secret in store.said
        assert store.end(signal.SIGTERM) == 0
        assert all(map(_is_gone, children))


def test_taken_port_is_told_with_the_variable_and_nothing_is_started(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = server.getsockname()[1]
        store = start(tmp_path, PORT=str(taken))
        assert store.launcher.wait(ENDS_WITHIN_S) == 1
    assert f"Port {taken} is taken" in store.said
    assert f"make run PORT={taken + 10}" in store.said
    assert not (tmp_path / "baihui.db").exists()


def test_process_that_dies_takes_all_with_it_and_is_told(tmp_path):
    with launched(tmp_path) as store:
        children = store.children()
        os.kill(children[1], signal.SIGKILL)
        assert store.launcher.wait(ENDS_WITHIN_S) != 0
        assert "jobs ended by itself" in store.said
        assert all(map(_is_gone, children))


@pytest.fixture
def cluster(redis_url):
    """The settings of a cluster with keys of its own, which are gone afterwards."""
    own = f"baihui-test-{uuid4().hex}"
    yield {"DISPATCHER": "cluster", "REDIS_URL": redis_url, "CLUSTER_NAMESPACE": own}
    with redis.Redis.from_url(redis_url) as server:
        server.delete(*server.scan_iter(f"{own}:*"))


def test_worker_groups_send_the_messages_and_one_that_is_killed_is_replaced(tmp_path, cluster):
    with launched(tmp_path, **cluster) as store:
        children = store.children()
        assert len(children) == 5
        _join_and_be_told(tmp_path)
        time.sleep(SHORTEST_LIFE_S)
        os.kill(children[1], signal.SIGKILL)
        wait_for(
            store, lambda: "workers-1 ended by itself (exit code -9) and is started anew" in store.said, within_s=30
        )
        _join_and_be_told(tmp_path)
        assert store.end() == 0
        assert "cluster.drained" in store.log("workers-1") + store.log("workers-2")
        assert "cluster.no-worker-group" not in store.log("jobs")


def test_empty_store_begins_empty(tmp_path):
    with launched(tmp_path, DEMO="0") as store:
        assert store.flask("stores", "list").stdout == "There are no stores yet.\n"
        assert "Demo" not in store.said


def test_start_that_cannot_reach_its_database_fails_and_says_so(tmp_path):
    store = start(tmp_path, DATABASE_URL="mysql+pymysql://root@127.0.0.1:9/none")
    assert store.launcher.wait(ENDS_WITHIN_S) == 1
    assert "the database refused" in store.said


def test_signal_while_preparing_ends_it(tmp_path):
    store = start(tmp_path, DEMO_MEMBERS="300")
    wait_for(store, (tmp_path / "baihui.db").exists, within_s=60)
    assert store.end() == 0
