import pytest

from backend import events
from backend.events.models import Registration
from tests.factories.events import STARTS, first_session, make_event, plan, register
from tests.factories.stores import make_store
from tests.support.till import open_till

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

ATTENDANCE = "/events/attendance"
INVALID = (404, "events.code-invalid")


def answer(response):
    return response.status_code, response.json["code"]


@pytest.fixture
def made(runtime, member, clock):
    """A registration for two, on the day."""
    with runtime.sessions.write.begin() as session:
        place = first_session(session, make_event(session, plan(title="下午场"), terms={"companions": 1}))
        made = register(session, member.id, place, companions=1)
    clock.set(STARTS)
    return made


def shown(runtime, made):
    return events.member_code(made, runtime.keys.card_codes, runtime.clock.now()).code


@pytest.mark.parametrize("body", [{}, {"code": ""}, {"code": 1234567890}, {"code": "1" * 11}, {"code": "x" * 10}])
def test_a_code_that_is_not_typed_as_told_is_refused(till, body):
    assert answer(till.post(ATTENDANCE, body)) == (422, "payload.invalid")


def test_a_key_without_the_scope_lets_nobody_in(app, made):
    closed = open_till(app, scopes=frozenset({"mall"}))
    assert answer(closed.post(ATTENDANCE, {"code": made.code})) == (403, "pos.out-of-scope")


def test_unknown_codes_are_none_and_guessing_is_stopped(till, made):
    guesses = [till.post(ATTENDANCE, {"code": f"{guess:010d}"}) for guess in range(30)]
    assert answer(guesses[0]) == INVALID
    assert 429 in {one.status_code for one in guesses}


def test_a_member_is_let_in_once_with_all_heads(runtime, till, made):
    first = till.post(ATTENDANCE, {"code": shown(runtime, made)})
    again = till.post(ATTENDANCE, {"code": made.code})
    assert first.json == {
        "registration_id": str(made.id),
        "event_title": "亲子烘焙课",
        "session_title": "下午场",
        "place": "四楼会员厅",
        "starts_at": "2026-03-07T06:00:00Z",
        "member_name": "小*",
        "heads": 2,
        "status": "attended",
        "attended_at": "2026-03-07T06:00:00Z",
        "repeated": False,
    }
    assert again.json == first.json | {"repeated": True}


def test_one_key_has_one_effect(runtime, till, made):
    replies = [till.post(ATTENDANCE, {"code": made.code}, headers={"Idempotency-Key": "scan-1"}).json for _ in range(2)]
    assert replies[0] == replies[1]
    with runtime.sessions.read() as session:
        assert session.get(Registration, made.id).arrivals == 1


def test_a_mistake_is_taken_back_by_the_store_that_made_it(app, till, made):
    till.post(ATTENDANCE, {"code": made.code})
    undo = f"{ATTENDANCE}/{made.id}/undo"
    assert answer(open_till(app).post(undo, {})) == (409, "events.another-store")
    assert till.post(undo, {}).json["status"] == "registered"
    assert answer(till.post(undo, {})) == (409, "events.not-attended")
    assert answer(till.post(f"{ATTENDANCE}/404/undo", {})) == (404, "events.registration-unknown")


def test_the_door_knows_its_sessions_and_the_screen_its_code(app, runtime, till, made):
    till.post(ATTENDANCE, {"code": made.code})
    (one,) = till.get("/events/sessions").json["items"]
    assert (one["event_title"], one["taken"], one["attended"]) == ("亲子烘焙课", 2, 2)
    screen = till.get(f"/events/sessions/{one['id']}/code").json
    code = events.session_of_code(screen["code"], runtime.keys.card_codes, STARTS)
    assert str(code) == one["id"]
    assert answer(till.get("/events/sessions/404/code")) == (404, "events.session-unknown")


def test_another_stores_sessions_are_not_shown(runtime, till, clock):
    with runtime.sessions.write.begin() as session:
        make_event(session, plan(store=make_store(session).code))
    clock.set(STARTS)
    assert till.get("/events/sessions").json == {"items": []}
