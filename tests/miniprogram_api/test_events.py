from datetime import timedelta

import pytest

from backend import events
from tests.factories.events import OVER, STARTS, check_in, first_session, make_event, plan, register
from tests.factories.members import make_identity, make_member
from tests.support.phone import member_client
from tests.support.statements import statements_on

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

EVENTS = "/api/mp/v1/events"
MINE = "/api/mp/v1/me/registrations"
FORM = [
    {"key": "size", "label": "尺码", "kind": "choice", "options": ["S", "M"], "required": True},
    {"key": "phone", "label": "手机", "kind": "phone"},
]


@pytest.fixture
def event(sessions):
    """One place at 30 points."""
    with sessions.write.begin() as session:
        return make_event(session, plan(capacity=1), terms={"points": 30}, survey={"points": 50})


@pytest.fixture
def place(sessions, event):
    with sessions.read() as session:
        return first_session(session, event)


@pytest.fixture
def url(event):
    return f"{EVENTS}/{event.id}"


@pytest.fixture
def stranger(app, sessions):
    """Another member's phone."""
    with sessions.write.begin() as session:
        other = make_member(session).id
    return member_client(app, other)


def wish(place, **more):
    return {"session_id": str(place.id), **more}


def answer(reply):
    return reply.status_code, reply.json["code"]


def test_the_anonymous_are_refused(client, url, place):
    for path in (EVENTS, url, MINE, f"{url}/sessions/{place.id}/calendar.ics"):
        assert client.get(path).status_code == 401
    for path in ("registration", "attendance", "feedback"):
        assert client.post(f"{url}/{path}").status_code == 401


def test_who_has_not_joined_may_look_but_not_register(app, sessions, url, place):
    with sessions.write.begin() as session:
        visitor = make_identity(session)
    phone = member_client(app, visitor)
    assert phone.get(EVENTS).json["items"][0]["my_status"] is None
    assert phone.get(url).json["registration"]["opens_at"] == "2026-03-01T01:00:00Z"
    assert answer(phone.post(f"{url}/registration", json=wish(place)))[1] == "members.not-joined"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"session_id": 1},
        {"session_id": "1", "companions": -1},
        {"session_id": "1", "companions": 21},
        {"session_id": "1", "answers": []},
        {"session_id": "1", "answers": {"a": {"b": 1}}},
        {"session_id": "1", "answers": {"a": "x" * 501}},
        {"session_id": "1", "colour": "red"},
    ],
)
def test_a_wish_that_is_none_is_refused(phone, url, body):
    assert answer(phone.post(f"{url}/registration", json=body)) == (422, "payload.invalid")


def test_an_event_tells_all_there_is_to_know(phone, event, url, place):
    shown = {
        "id": str(event.id),
        "code": event.code,
        "kind": "experience",
        "title": "亲子烘焙课",
        "summary": "",
        "picture_url": "",
        "status": "published",
        "starts_at": "2026-03-07T06:00:00Z",
        "ends_at": "2026-03-07T08:00:00Z",
        "registers": True,
        "points": 30,
        "my_status": None,
    }
    assert phone.get(EVENTS).json == {"items": [shown], "next_cursor": None}
    detail = phone.get(url).json
    assert {name: detail[name] for name in shown} == shown
    (one,) = detail["sessions"]
    assert (one["left"], one["waiting"], one["cancel_until"]) == (1, 0, "2026-03-06T06:00:00Z")
    assert (detail["registration"]["late_cancel"], detail["mine"], detail["codes"]) == ("refused", [], [])
    assert answer(phone.get(f"{EVENTS}/404")) == (404, "events.unknown")


def test_one_registers_waits_and_moves_up(phone, stranger, url, place):
    first = phone.post(f"{url}/registration", json=wish(place))
    assert (first.status_code, first.json["status"], first.json["points_state"]) == (201, "registered", "held")
    late = stranger.post(f"{url}/registration", json=wish(place)).json
    assert (late["status"], late["position"], late["cancels_free"]) == ("waiting", 0, True)
    assert stranger.get(EVENTS).json["items"][0]["my_status"] == "waiting"
    assert answer(phone.post(f"{url}/registration", json=wish(place))) == (409, "events.registered-already")
    gone = phone.delete(f"{url}/registration")
    assert (gone.json["status"], gone.json["points_state"]) == ("cancelled", "returned")
    assert phone.delete(f"{url}/registration").json == gone.json
    (mine,) = stranger.get(MINE).json["items"]
    assert (mine["status"], mine["event_title"], mine["place"]) == ("registered", "亲子烘焙课", "四楼会员厅")
    (code,) = stranger.get(url).json["codes"]
    assert (code["registration_id"], len(code["code"])) == (mine["id"], 20)


def test_one_key_has_one_effect(phone, url, place):
    key = {"Idempotency-Key": "tap-1"}
    replies = [phone.post(f"{url}/registration", json=wish(place), headers=key) for _ in range(2)]
    assert replies[0].json == replies[1].json
    other = phone.post(f"{url}/registration", json=wish(place, companions=1), headers=key)
    assert other.status_code == 422
    assert phone.get("/api/mp/v1/points").json["held"] == 30


def test_who_has_not_registered_has_nothing_to_cancel(phone, url):
    assert answer(phone.delete(f"{url}/registration")) == (404, "events.registration-unknown")


def test_of_several_sessions_one_is_named(phone, sessions):
    with sessions.write.begin() as session:
        event = make_event(session, plan(), plan("two"))
        one, two = events.sessions_of(session, [event.id])
    url = f"{EVENTS}/{event.id}/registration"
    for place in (one, two):
        phone.post(url, json=wish(place))
    assert answer(phone.delete(url)) == (422, "events.session-not-said")
    assert phone.delete(f"{url}?session_id={two.id}").json["session_id"] == str(two.id)
    assert phone.delete(url).json["session_id"] == str(one.id)


def test_forms_are_asked_and_answers_checked(phone, sessions):
    with sessions.write.begin() as session:
        event = make_event(session, terms={"questions": FORM})
        place = first_session(session, event)
    url = f"{EVENTS}/{event.id}"
    asked = phone.get(url).json["registration"]["questions"]
    assert [(one["key"], one["kind"], one["options"]) for one in asked] == [
        ("size", "choice", ["S", "M"]),
        ("phone", "phone", None),
    ]
    refused = phone.post(f"{url}/registration", json=wish(place, answers={"phone": "1"}))
    assert answer(refused) == (422, "events.answers-refused")
    assert phone.post(f"{url}/registration", json=wish(place, answers={"size": "S"})).status_code == 201


def test_events_are_found_by_kind_store_and_month_page_by_page(phone, event, sessions):
    with sessions.write.begin() as session:
        other = make_event(session, kind="charity", registration=None)
    assert [one["id"] for one in phone.get(f"{EVENTS}?kind=charity").json["items"]] == [str(other.id)]
    assert phone.get(f"{EVENTS}?month=2026-04").json["items"] == []
    assert phone.get(f"{EVENTS}?store_id=1").json["items"] == []
    first = phone.get(f"{EVENTS}?limit=1&month=2026-03").json
    second = phone.get(f"{EVENTS}?limit=1&cursor={first['next_cursor']}").json
    assert [first["items"][0]["id"], second["items"][0]["id"]] == sorted([str(event.id), str(other.id)])
    assert second["next_cursor"] is None
    assert answer(phone.get(f"{EVENTS}?cursor=WzFd")) == (400, "paging.bad-cursor")
    assert answer(phone.get(f"{EVENTS}?kind=party")) == (422, "payload.invalid")


def test_i_come_in_by_the_code_on_site(phone, runtime, clock, url, place):
    phone.post(f"{url}/registration", json=wish(place))
    clock.set(STARTS)
    code = events.site_code(place, runtime.keys.card_codes, STARTS).code
    for _ in range(2):
        came = phone.post(f"{url}/attendance", json={"code": code})
        assert (came.status_code, came.json["status"], came.json["points_state"]) == (200, "attended", "spent")
    assert answer(phone.post(f"{EVENTS}/404/attendance", json={"code": code})) == (404, "events.unknown")


def test_guessed_codes_are_none_and_guessing_is_stopped(phone, clock, url, place):
    replies = [phone.post(f"{url}/attendance", json={"code": f"{guess:030d}"}) for guess in range(25)]
    assert answer(replies[0]) == (404, "events.code-invalid")
    assert answer(replies[-1]) == (429, "rate.limited")


def test_another_events_screen_lets_nobody_in(phone, runtime, sessions, clock, url, place):
    with sessions.write.begin() as session:
        other = first_session(session, make_event(session))
    phone.post(f"{url}/registration", json=wish(place))
    clock.set(STARTS)
    code = events.site_code(other, runtime.keys.card_codes, STARTS).code
    assert answer(phone.post(f"{url}/attendance", json={"code": code})) == (404, "events.code-invalid")


def test_i_say_how_it_was_once(phone, sessions, clock, member_id, url, place):
    with sessions.write.begin() as session:
        check_in(session, register(session, member_id, place))
    clock.set(OVER)
    assert phone.get(url).json["asks_until"] == "2026-03-14T09:00:00Z"
    said = phone.post(f"{url}/feedback", json={"rating": 5, "comment": " 很开心 "})
    assert (said.status_code, said.json["comment"]) == (201, "很开心")
    assert answer(phone.post(f"{url}/feedback", json={"rating": 1})) == (409, "events.answered-already")
    assert phone.post(f"{url}/feedback", json={"rating": 6}).status_code == 422


def test_a_live_stream_is_shown_to_who_registered_shortly_before(phone, stranger, clock, sessions):
    with sessions.write.begin() as session:
        live = make_event(session, plan(link="https://live.example/1", capacity=None), kind="live")
        place = first_session(session, live)
    url = f"{EVENTS}/{live.id}"
    phone.post(f"{url}/registration", json=wish(place))

    def link(phone):
        return phone.get(url).json["sessions"][0]["link"]

    clock.set(STARTS - timedelta(minutes=31))
    assert link(phone) is None
    clock.set(STARTS - timedelta(minutes=30))
    assert (link(phone), link(stranger)) == ("https://live.example/1", None)


def test_a_session_goes_into_the_phones_calendar(phone, url, place):
    file = phone.get(f"{url}/sessions/{place.id}/calendar.ics")
    assert (file.status_code, file.mimetype) == (200, "text/calendar")
    assert file.text.startswith("BEGIN:VCALENDAR")
    assert phone.get(f"{url}/sessions/404/calendar.ics").status_code == 404


def test_a_page_of_events_takes_few_statements(phone, engine, sessions):
    with sessions.write.begin() as session:
        for _ in range(8):
            make_event(session)
    phone.get(EVENTS)
    with statements_on(engine) as said:
        assert len(phone.get(EVENTS).json["items"]) == 8
    assert len(said) <= 6, "\n".join(said)


def test_a_page_of_mine_takes_few_statements(phone, engine, sessions, member_id):
    with sessions.write.begin() as session:
        for _ in range(8):
            register(session, member_id, first_session(session, make_event(session)))
    with statements_on(engine) as said:
        page = phone.get(f"{MINE}?limit=5").json
    assert (len(page["items"]), len(said) <= 6) == (5, True)
    assert len(phone.get(f"{MINE}?cursor={page['next_cursor']}").json["items"]) == 3
