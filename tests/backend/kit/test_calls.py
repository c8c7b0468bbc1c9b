from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import g, jsonify

from backend.kit.calls import db, now, reads, without_transaction
from backend.kit.clock import FixedClock
from backend.kit.db import run
from backend.kit.errors import Conflict
from backend.runtime import runtime as runtime_of_call
from tests.support.clocks import MORNING
from tests.support.toys import Tally, TallyOut, add_one


class Refused(Conflict):
    code = "toy.refused"
    message = "不行"


def count(sessions, name="a"):
    with sessions.read() as session:
        found = session.get(Tally, name)
        return found and found.count


def collide(session):
    session.execute(sa.insert(Tally), [{"name": "b", "count": 1}, {"name": "b", "count": 2}])


def test_returning_commits(door, open_door, sessions):
    @door.post("/x")
    def view():
        return TallyOut.model_validate(add_one(db(), "a", now())), 201

    reply = open_door(door).post("/api/toy/x")
    assert (reply.status_code, reply.mimetype) == (201, "application/json")
    assert reply.json == {"name": "a", "count": 1, "at": "2026-03-01T01:00:00Z"}
    assert count(sessions) == 1


@pytest.mark.parametrize(("error", "status"), [(Refused(), 409), (ZeroDivisionError(), 500)])
def test_raising_undoes_everything(door, open_door, sessions, error, status):
    @door.post("/x")
    def view():
        add_one(db(), "a")
        raise error

    assert open_door(door).post("/api/toy/x").status_code == status
    assert count(sessions) is None


def test_a_call_is_judged_by_one_instant(door, open_door, clock):
    @door.get("/x")
    def view():
        first = now()
        clock.move(timedelta(days=1))
        return jsonify(same=first == now() == MORNING)

    client = open_door(door)
    assert client.get("/api/toy/x").json == {"same": True}
    assert client.get("/api/toy/x").json == {"same": False}


def test_a_repeated_attempt_keeps_the_instant(door, open_door, clock):
    seen = []

    @door.post("/x")
    def view():
        seen.append(now())
        clock.move(timedelta(days=1))
        if len(seen) == 1:
            collide(db())
        return jsonify()

    open_door(door).post("/api/toy/x")
    assert seen == [MORNING, MORNING]


def test_a_violated_constraint_runs_the_call_once_more(door, open_door, sessions):
    """As a double tap does, whose first tap commits in between."""
    attempts = []

    @door.post("/x")
    def view():
        attempts.append(1)
        session = db()
        if len(attempts) == 1:
            collide(session)
        add_one(session, "a")
        return jsonify()

    assert open_door(door).post("/api/toy/x").status_code == 200
    assert len(attempts) == 2
    assert (count(sessions), count(sessions, "b")) == (1, None)


def test_a_constraint_violated_twice_is_a_bug(door, open_door, sessions):
    attempts = []

    @door.post("/x")
    def view():
        attempts.append(1)
        add_one(db(), "a")
        db().execute(sa.insert(Tally).values(name="a", count=5))
        return jsonify()

    assert open_door(door).post("/api/toy/x").status_code == 500
    assert len(attempts) == 2
    assert count(sessions) is None


@pytest.mark.parametrize("method", ["get", "post"])
def test_reading_calls_do_not_wait_for_a_writer(door, open_door, runtime, method):
    @reads
    def view():
        return jsonify(db().scalar(sa.select(sa.func.count()).select_from(Tally)))

    door.get("/x")(view) if method == "get" else door.post("/x")(view)
    client = open_door(door)
    with runtime.sessions.write.begin() as writer:
        add_one(writer, "a")
        assert getattr(client, method)("/api/toy/x").json == 0


def test_a_get_that_writes_is_a_bug(door, open_door, sessions):
    @door.get("/x")
    def view():
        add_one(db(), "a")
        return jsonify()

    assert open_door(door).get("/api/toy/x").status_code == 500
    assert count(sessions) is None


def test_a_view_without_a_transaction_has_no_session(door, open_door):
    @door.post("/x")
    @without_transaction
    def view():
        with pytest.raises(LookupError):
            db()
        run(runtime_of_call().sessions.write, lambda session: add_one(session, "a"))
        return jsonify(run(runtime_of_call().sessions.read, lambda session: session.get_one(Tally, "a").count))

    assert open_door(door).post("/api/toy/x").json == 1


def test_after_the_call_its_session_is_gone(door, open_door, app):
    seen = []

    @door.get("/x")
    def view():
        seen.append(db())
        return jsonify()

    @app.after_request
    def look(response):
        seen.append(g.get("session"))
        return response

    open_door(door).get("/api/toy/x")
    assert seen[0] is not None
    assert seen[1] is None


def test_a_model_may_come_with_status_and_headers(door, open_door):
    @door.post("/x")
    def view():
        return TallyOut(name="小红", count=1, at=None), 202, {"Location": "/api/toy/x/1"}

    reply = open_door(door).post("/api/toy/x")
    assert (reply.status_code, reply.headers["Location"]) == (202, "/api/toy/x/1")
    assert "小红" in reply.text


def test_options_and_unknown_methods_need_no_session(door, open_door):
    @door.get("/x")
    def view():
        return jsonify()

    client = open_door(door)
    assert client.options("/api/toy/x").status_code == 200
    assert client.head("/api/toy/x").status_code == 200
    reply = client.put("/api/toy/x")
    assert (reply.status_code, reply.json["code"]) == (405, "http.405")
    assert set(reply.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_the_clock_is_the_runtimes(runtime, clock):
    assert runtime.clock is clock
    assert isinstance(clock, FixedClock)
