import os
import signal
import socket

import pytest

from tests.support.launched import ENDS_WITHIN_S, launched, start, wait_for

pytestmark = pytest.mark.slow


def _is_gone(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_end_ends_all_processes_and_the_next_start_keeps_the_data(tmp_path, number):
    with launched(tmp_path) as store:
        children = store.children()
        assert len(children) == 3
        assert "Seeded a demo store" in store.said
        assert "The menu is pushed, 5 codes are drawn." in store.said
        secret = (tmp_path / "demo.json").read_text("utf-8").partition('"secret": "')[2][:64]
        assert store.end(number) == 0
        assert all(map(_is_gone, children))
    with launched(tmp_path) as store:
        assert "Seeded" not in store.said
        assert "The menu is pushed, 0 codes are drawn." in store.said
        assert secret in store.said


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
