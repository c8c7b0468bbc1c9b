"""An event that is full: a member waits, moves up, is reminded, comes, and says how it was; through every door."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from backend.jobs.events import tend_events
from backend.messaging.models import Message
from tests.factories.events import BEFORE, OVER, STARTS, definition, plan
from tests.factories.members import make_member
from tests.factories.operators import make_operator
from tests.support.clocks import MORNING
from tests.support.phone import member_client
from tests.support.till import open_till

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

API = "/api/mp/v1"
DAY_BEFORE = STARTS - timedelta(hours=26)


@pytest.fixture
def people(sessions):
    with sessions.write.begin() as session:
        make_operator(session, "anna")
        return [make_member(session).id for _ in range(2)]


@pytest.fixture
def answer(app):
    """What a command answers in JSON; it must succeed."""

    def ask(*arguments):
        done = app.test_cli_runner().invoke(args=["events", *map(str, arguments), "--json"])
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    return ask


def heard(sessions, member_id):
    with sessions.read() as session:
        told = select(Message.template).where(Message.member_id == member_id, Message.template.startswith("event_"))
        return session.scalars(told.order_by(Message.id)).all()


def test_who_waits_moves_up_comes_and_says_how_it_was(app, runtime, sessions, clock, answer, people, tmp_path):
    terms, reward = {"points": 30}, {"points": 20}
    said = definition(plan(capacity=1), code="baking", terms=terms, attendance=reward, survey={"points": 50})
    (tmp_path / "event.json").write_text(json.dumps(said), "utf-8")
    clock.set(BEFORE)
    answer("draft", tmp_path / "event.json", "--by", "anna")
    answer("publish", "baking", "--by", "anna")

    clock.set(MORNING)
    first, second = (member_client(app, one) for one in people)
    (event,) = first.get(f"{API}/events").json["items"]
    url = f"{API}/events/{event['id']}"
    wish = {"session_id": first.get(url).json["sessions"][0]["id"]}
    assert first.post(f"{url}/registration", json=wish).json["status"] == "registered"
    waits = second.post(f"{url}/registration", json=wish).json
    assert (waits["status"], waits["position"]) == ("waiting", 0)
    assert second.get(f"{API}/points").json["held"] == 30

    assert first.delete(f"{url}/registration").json["points_state"] == "returned"
    assert second.get(f"{API}/me/registrations").json["items"][0]["status"] == "registered"
    for at in (DAY_BEFORE, STARTS - timedelta(hours=2)):
        tend_events(runtime, at)
    assert heard(sessions, people[1]) == ["event_moved_up", "event_tomorrow", "event_soon"]

    clock.set(STARTS)
    second, till = member_client(app, people[1]), open_till(app)
    (shown,) = second.get(url).json["codes"]
    came = till.post("/events/attendance", {"code": shown["code"]}).json
    assert (came["status"], came["heads"]) == ("attended", 1)
    assert second.get(f"{API}/points").json["available"] == 90

    tend_events(runtime, OVER)
    clock.set(OVER)
    second = member_client(app, people[1])
    assert heard(sessions, people[1])[-1] == "event_thanks"
    assert second.post(f"{url}/feedback", json={"rating": 5, "comment": "很开心"}).status_code == 201
    assert second.get(f"{API}/points").json["available"] == 140
    (figures,) = answer("figures", "baking")
    assert (figures["attended"], figures["cancelled"], figures["points_spent"], figures["stars"]) == (1, 1, 30, 5)
    assert answer("verify") == []
