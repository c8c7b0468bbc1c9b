from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import jsonify

from backend.kit.calls import db
from backend.kit.db import run
from backend.kit.errors import Conflict, TooMany, Unavailable
from backend.kit.idempotency import IdempotencyKey, forget_before, idempotent
from tests.support.clocks import MORNING
from tests.support.toys import Tally, TallyIn, TallyOut, add_one, failing, toy_door

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


def test_the_time_of_first_use_is_kept(tally_client, toys):
    tap(tally_client)
    with toys.connect() as connection:
        assert connection.scalar(sa.select(IdempotencyKey.created_at)) == MORNING


def test_the_reply_is_what_the_view_says(tally_client):
    assert tap(tally_client).json == TallyOut(name="a", count=1, at=MORNING).model_dump(mode="json")
