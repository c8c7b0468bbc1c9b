"""One key, many calls at once; and processes that die with a key in hand."""

import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from backend.app import create_app
from tests.backend.kit.test_idempotency import URL, count, keys, tap
from tests.support.races import race
from tests.support.runtimes import make_runtime
from tests.support.statements import statements_on
from tests.support.toys import ToyModel, counting_door

ROOT = Path(__file__).parents[3]


@pytest.fixture
def parallel(mariadb, clock):
    """Clients of an app over MariaDB, which has more than one writer."""
    ToyModel.metadata.create_all(mariadb)

    def open_with(api):
        app = create_app(make_runtime(mariadb, clock))
        app.register_api(api)
        return app.test_client

    yield open_with
    ToyModel.metadata.drop_all(mariadb)


def test_a_hundred_at_once_with_one_key_have_one_effect(parallel, mariadb):
    make_client = parallel(counting_door())
    replies = race(100, lambda _: tap(make_client()))
    done = [reply for reply in replies if reply.status_code == 201]
    waiting = [reply for reply in replies if reply.status_code != 201]
    assert len({reply.data for reply in done}) == 1
    assert {reply.json["code"] for reply in waiting} <= {"idempotency.in-progress"}
    assert (count(mariadb), len(keys(mariadb))) == (1, 1)
    assert tap(make_client()).data == done[0].data


def test_a_hundred_repeats_at_once_are_all_answered(parallel, mariadb):
    """Replays share the row: none is told to wait for another."""
    make_client = parallel(counting_door())
    first = tap(make_client())
    assert {reply.data for reply in race(100, lambda _: tap(make_client()))} == {first.data}


def test_without_the_key_the_same_race_has_as_many_effects(parallel, mariadb):
    """The negative control of the race above."""
    make_client = parallel(counting_door())
    race(10, lambda _: make_client().post(URL, json={"name": "a"}))
    assert count(mariadb) == 10


def test_while_the_first_still_runs_the_second_is_told_so(parallel, mariadb):
    reached, go_on = threading.Event(), threading.Event()

    def wait():
        reached.set()
        assert go_on.wait(timeout=30)

    make_client = parallel(counting_door(wait))
    replies = []
    first = threading.Thread(target=lambda: replies.append(tap(make_client())))
    first.start()
    assert reached.wait(timeout=30)
    try:
        with statements_on(mariadb) as said:
            second = tap(make_client())
    finally:
        go_on.set()
        first.join(timeout=30)
    assert (second.status_code, second.json["code"]) == (409, "idempotency.in-progress")
    assert said[0].endswith("NOWAIT")  # told at once, not when its patience with the lock has ended
    assert tap(make_client()).data == replies[0].data
    assert count(mariadb) == 1


@pytest.mark.slow
def test_a_process_killed_at_a_commit_boundary_leaves_all_or_nothing(tally_client, toys):
    before, after = ("view", "before-commit"), ("after-commit",)
    url = toys.url.render_as_string(hide_password=False)
    program = [sys.executable, "-m", "tests.support.dying_call", url, *before, *after]
    died = subprocess.run(program, cwd=ROOT, check=True, timeout=120, capture_output=True, text=True)  # noqa: S603  ours
    assert died.stdout.split() == [str(int(signal.SIGKILL))] * 3
    assert keys(toys) == [("after-commit", 201)]
    for point in (*before, *after):
        assert count(toys, point) == (point in after)
        reply = _when_the_server_noticed(lambda point=point: tap(tally_client, key=point, name=point))
        assert (reply.status_code, reply.json["count"], count(toys, point)) == (201, 1, 1)
        assert ("Idempotent-Replayed" in reply.headers) == (point in after)


def _when_the_server_noticed(ask):
    """MariaDB keeps the dead process's lock until it sees that nobody is at the other end."""
    pause = threading.Event()
    for _ in range(100):
        reply = ask()
        if reply.status_code != 409:
            return reply
        pause.wait(0.05)
    return reply
