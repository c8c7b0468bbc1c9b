import signal
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import jsonify

from backend.app import create_app
from backend.kit.calls import db
from backend.kit.db import run
from backend.kit.errors import Conflict, TooMany, Unavailable
from backend.kit.idempotency import IdempotencyKey, forget_before, idempotent
from tests.support.clocks import MORNING
from tests.support.races import race
from tests.support.runtimes import make_runtime
from tests.support.toys import Tally, TallyIn, TallyOut, ToyModel, add_one, counting_door, failing, toy_door

ROOT = Path(__file__).parents[3]
URL = "/api/toy/tallies"


class Refused(Conflict):
    code = "toy.refused"
    message = "不行"


class Slow(TooMany):
    code = "toy.slow"
    message = "慢一点"


def tap(client, key="key-1", name="a", **headers):
    return client.post(URL, json={"name": name}, headers={"Idempotency-Key": key, **headers})


def count(engine, name="a"):
    with engine.connect() as connection:
        return connection.scalar(sa.select(Tally.count).where(Tally.name == name)) or 0


def keys(engine):
    with engine.connect() as connection:
        return connection.execute(sa.select(IdempotencyKey.key, IdempotencyKey.status)).all()


def test_the_same_call_is_answered_the_same_and_done_once(tally_client, toys, clock):
    first = tap(tally_client)
    clock.move(timedelta(days=3))
    again = tap(tally_client)
    assert (first.status_code, first.json["count"]) == (201, 1)
    assert (again.status_code, again.mimetype, again.data) == (201, first.mimetype, first.data)
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert count(toys) == 1


def test_without_a_key_every_call_counts(tally_client, toys):
    for _ in range(2):
        assert tally_client.post(URL, json={"name": "a"}).status_code == 201
    assert count(toys) == 2
    assert keys(toys) == []


def test_the_same_key_for_another_body_is_refused(tally_client, toys):
    tap(tally_client)
    other = tap(tally_client, name="b")
    assert (other.status_code, other.json["code"]) == (422, "idempotency.key-reused")
    assert (count(toys, "a"), count(toys, "b")) == (1, 0)


def test_the_same_key_for_another_address_is_refused(tally_client, toys):
    tap(tally_client)
    other = tally_client.post(f"{URL}?x=%ff", json={"name": "a"}, headers={"Idempotency-Key": "key-1"})
    assert (other.status_code, other.json["code"]) == (422, "idempotency.key-reused")


def test_keys_belong_to_their_caller_and_are_case_sensitive(tally_client, toys):
    replies = [tap(tally_client), tap(tally_client, **{"X-Caller": "toy:2"}), tap(tally_client, key="KEY-1")]
    assert [reply.json["count"] for reply in replies] == [1, 2, 3]


@pytest.mark.parametrize("key", ["", "x" * 129, "键".encode().decode("latin1"), "a\tb", "a b"])
def test_a_malformed_key_is_refused(tally_client, toys, key):
    reply = tap(tally_client, key=key)
    assert (reply.status_code, reply.json["code"]) == (400, "idempotency.bad-key")
    assert count(toys) == 0


def test_a_payload_that_does_not_fit_is_not_remembered(tally_client, toys):
    headers = {"Idempotency-Key": "key-1"}
    assert tally_client.post(URL, json={"nme": "a"}, headers=headers).status_code == 422
    assert tap(tally_client).status_code == 201


@pytest.mark.parametrize(
    ("error", "status", "remembered"),
    [(Refused(), 409, True), (Slow(retry_after=3), 429, False), (Unavailable(), 503, False), (KeyError(), 500, False)],
)
def test_a_refusal_is_remembered_unless_it_says_try_again(open_door, toys, error, status, remembered):
    api, errors = toy_door(), [error]

    @api.post("/tallies")
    @idempotent
    def view(body: TallyIn):
        add_one(db(), body.name)
        if errors:
            raise errors.pop()
        return jsonify(done=True)

    client = open_door(api)
    first, again = tap(client), tap(client)
    assert first.status_code == status
    assert count(toys) == (0 if remembered else 1)
    if remembered:
        assert (again.status_code, again.mimetype, again.data) == (status, "application/problem+json", first.data)
    else:
        assert again.json == {"done": True}


def test_a_long_reply_is_remembered_too(open_door, toys):
    """A purchase of 500 lines is answered with as many."""
    api = toy_door()

    @api.post("/tallies")
    @idempotent
    def view(body: TallyIn):
        return jsonify(lines=["一行" * 50] * 2_000)

    client = open_door(api)
    first, again = tap(client), tap(client)
    assert len(first.data) > 500_000
    assert again.data == first.data


def test_lock_trouble_leaves_no_half_effect_and_no_key(tally_client, toys):
    trouble = {"mysql": (1213, "Deadlock found"), "sqlite": ("database is locked",)}[toys.dialect.name]
    error = toys.dialect.dbapi.OperationalError(*trouble)
    with failing(toys, error, times=100, where="UPDATE idempotency_keys"):
        reply = tap(tally_client)
    assert (reply.status_code, reply.headers["Retry-After"]) == (503, "1")
    assert (count(toys), keys(toys)) == (0, [])
    assert tap(tally_client).json["count"] == 1


def test_lock_trouble_of_the_key_itself_is_not_taken_for_a_call_in_progress(tally_client, toys):
    trouble = {"mysql": (1213, "Deadlock found"), "sqlite": ("database is locked",)}[toys.dialect.name]
    with failing(toys, toys.dialect.dbapi.OperationalError(*trouble), times=2, where="FROM idempotency_keys") as met:
        assert tap(tally_client).status_code == 201
    assert len(met) == 2


def test_old_keys_are_forgotten_a_batch_at_a_time(tally_client, sessions, clock, toys):
    for number in range(5):
        tap(tally_client, key=f"old-{number}")
    clock.move(timedelta(days=1))
    tap(tally_client, key="new")
    forget = [run(sessions.write, lambda session: forget_before(session, clock.now(), limit=3)) for _ in range(3)]
    assert forget == [3, 2, 0]
    assert [key for key, _ in keys(toys)] == ["new"]
    assert tap(tally_client, key="old-0").json["count"] == 7


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
        second = tap(make_client())
    finally:
        go_on.set()
        first.join(timeout=30)
    assert (second.status_code, second.json["code"]) == (409, "idempotency.in-progress")
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


def test_the_time_of_first_use_is_kept(tally_client, toys):
    tap(tally_client)
    with toys.connect() as connection:
        assert connection.scalar(sa.select(IdempotencyKey.created_at)) == MORNING


def test_the_reply_is_what_the_view_says(tally_client):
    assert tap(tally_client).json == TallyOut(name="a", count=1, at=MORNING).model_dump(mode="json")
