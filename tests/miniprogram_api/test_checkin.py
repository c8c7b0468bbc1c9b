from datetime import UTC, datetime, timedelta

import pytest

from tests.factories.books import change_book
from tests.factories.members import make_identity, make_member
from tests.factories.stores import make_store
from tests.support.phone import member_client
from tests.support.statements import statements_on
from tests.support.till import open_till

URL = "/api/mp/v1/check-ins"
MAKE_UPS = f"{URL}/make-ups"
GIFT = 100
PLAIN = {"kind": "ordinary", "rewards": []}
FIRST_RULES = {
    "rewards": [],
    "steps": [],
    "special_days": [],
    "make_ups": {"days": [], "price": 0, "left": 0, "free_left": 0},
    "places": {"required": False, "points": 0, "asks_position": False},
}


def test_the_anonymous_are_refused(client):
    assert client.post(URL).status_code == 401
    assert client.get(URL).status_code == 401


def test_who_has_not_joined_is_refused(app, sessions):
    with sessions.write.begin() as session:
        visitor = make_identity(session)
    phone = member_client(app, visitor)
    for reply in (phone.post(URL), phone.get(URL)):
        assert (reply.status_code, reply.json["code"]) == (403, "members.not-joined")


def test_a_second_check_in_of_the_day_is_a_409(phone):
    phone.post(URL)
    again = phone.post(URL)
    assert (again.status_code, again.json["code"]) == (409, "checkin.already-checked-in")
    assert again.json["detail"] == "今天已经签到过了"


@pytest.mark.parametrize("month", ["2026-13", "2026-3", "2026-03-01", "1926-03", "２０２６-03", ""])
def test_a_month_is_four_digits_and_two(phone, month):
    assert phone.get(URL, query_string={"month": month}).status_code == 422


def test_a_reminder_is_wanted_or_not(phone, client):
    assert client.get(f"{URL}/reminder").status_code == client.put(f"{URL}/reminder", json={}).status_code == 401
    assert phone.get(f"{URL}/reminder").json == {"wanted": False, "hour": 19}
    for wanted in (True, True, False):
        reply = phone.put(f"{URL}/reminder", json={"wanted": wanted})
        assert (reply.status_code, reply.json) == (200, {"wanted": wanted, "hour": 19})
        assert phone.get(f"{URL}/reminder").json == reply.json
    assert phone.put(f"{URL}/reminder", json={"wanted": "perhaps"}).status_code == 422


def test_a_check_in_pays(phone):
    reply = phone.post(URL)
    assert reply.status_code == 201
    assert reply.json == {"day": "2026-03-01", "streak": 1, "points": 5, "balance": GIFT + 5} | PLAIN


def test_with_a_key_a_repeat_is_answered_like_the_first(phone):
    first, again = (phone.post(URL, headers={"Idempotency-Key": "tap-1"}) for _ in range(2))
    assert (again.status_code, again.json) == (first.status_code, first.json)
    assert again.status_code == 201


def test_the_calendar_shows_a_month_and_the_streak_of_today(phone, clock):
    nothing = {"month": "2026-03", "days": [], "streak": 0, "checked_in_today": False}
    assert phone.get(URL).json == nothing | FIRST_RULES
    phone.post(URL)
    clock.move(timedelta(days=1))
    phone.post(URL)
    days = [
        {"day": "2026-03-01", "streak": 1, "points": 5, "kind": "ordinary"},
        {"day": "2026-03-02", "streak": 2, "points": 6, "kind": "ordinary"},
    ]
    march = {"month": "2026-03", "days": days, "streak": 2, "checked_in_today": True}
    assert phone.get(URL, query_string={"month": "2026-03"}).json == march | FIRST_RULES
    clock.move(timedelta(days=1))
    april = phone.get(URL, query_string={"month": "2026-04"}).json
    assert april == {"month": "2026-04", "days": [], "streak": 2, "checked_in_today": False} | FIRST_RULES


def test_the_day_turns_at_midnight_in_the_shop(phone, clock):
    clock.set(datetime(2026, 3, 1, 15, 59, 59, 999_999, tzinfo=UTC))
    assert phone.post(URL).json["day"] == "2026-03-01"
    assert phone.post(URL).status_code == 409
    clock.set(datetime(2026, 3, 1, 16, tzinfo=UTC))
    assert phone.post(URL).json["day"] == "2026-03-02"
    assert phone.get(URL).json["streak"] == 2


def test_one_member_sees_nothing_of_another(app, phone, sessions):
    phone.post(URL)
    with sessions.write.begin() as session:
        other = make_member(session).id
    assert member_client(app, other).get(URL).json["days"] == []


def test_few_statements_are_said(phone, engine):
    phone.post(URL)
    with statements_on(engine) as writing:
        assert phone.post(URL).status_code == 409
    with statements_on(engine) as reading:
        phone.get(URL)
    assert (len(writing), len(reading)) == (3, 5)


RULES = {
    "streak": [{"days": 3, "points": 30, "coupons": ["no-such"], "tickets": [{"draw": "spring", "count": 2}]}],
    "week": [{"days": 5, "points": 1}],
    "month": [{"days": 9, "points": 1}],
    "special_days": [{"name": "妇女节", "holidays": ["womens-day"], "points": 38}],
    "make_ups": {"days_back": 7, "per_month": 2, "points": 20, "free": {}},
}
PLACES = {"required": False, "points": 3, "radius_m": 100, "by_scene": False, "sites": []}


def let_rules(sessions, **parts):
    with sessions.write.begin() as session:
        change_book(session, "check-in", **RULES | parts)


def test_a_missed_day_is_made_up_and_the_step_that_it_reached_is_told(phone, clock, sessions, engine):
    let_rules(sessions)
    phone.post(URL)
    clock.move(timedelta(days=2))
    phone.post(URL)
    with statements_on(engine) as reading:
        before = phone.get(URL).json
    assert len(reading) <= 12
    assert before["make_ups"] == {"days": ["2026-03-02"], "price": 20, "left": 2, "free_left": 0}
    assert before["special_days"] == [
        {"day": "2026-03-08", "name": "妇女节", "points": 38, "coupons": [], "tickets": []}
    ]
    gives = {"points": 30, "coupons": ["no-such"], "tickets": [{"draw": "spring", "count": 2}]}
    assert before["steps"][0] == {"kind": "streak", "days": 3, "done": 1, "given": False} | gives
    body, key = {"day": "2026-03-02", "points": 20}, {"Idempotency-Key": "make-up-1"}
    replies = [phone.post(MAKE_UPS, json=body, headers=key) for _ in range(2)]
    reward = {"kind": "streak", "step": 3, "reached_on": "2026-03-03"} | gives
    made = {"day": "2026-03-02", "streak": 3, "price": 20, "by_chance": False, "balance": 120, "rewards": [reward]}
    assert [(reply.status_code, reply.json) for reply in replies] == [(201, made)] * 2
    after = phone.get(URL).json
    assert [day["kind"] for day in after["days"]] == ["ordinary", "made-up", "ordinary"]
    assert (after["streak"], after["rewards"], after["make_ups"]["days"]) == (3, [reward], [])


def test_a_make_up_is_refused_with_a_reason(phone, client, clock, sessions):
    assert client.post(MAKE_UPS, json={"day": "2026-03-01"}).status_code == 401
    for body in (
        {},
        {"day": "2026-3-1"},
        {"day": 1},
        {"day": "2026-03-01", "points": -1},
        {"day": "9999-12-31", "x": 1},
    ):
        assert phone.post(MAKE_UPS, json=body).status_code == 422
    let_rules(sessions, make_ups=RULES["make_ups"] | {"points": 500})
    clock.move(timedelta(days=1))
    refused = {"2026-03-01": (409, "points.insufficient")}
    refused |= dict.fromkeys(
        ("2026-03-02", "2026-02-28", "0001-01-01", "9999-12-31"), (422, "checkin.day-out-of-reach")
    )
    for day, said in refused.items():
        reply = phone.post(MAKE_UPS, json={"day": day})
        assert (reply.status_code, reply.json["code"]) == said
    assert phone.post(MAKE_UPS, json={"day": "2026-03-01", "points": 1}).json["code"] == "checkin.price-changed"


def test_a_check_in_at_a_store_takes_the_code_on_its_screen(app, phone, clock, sessions):
    with sessions.write.begin() as session:
        store = make_store(session)
        sites = [{"store": store.code, "latitude": 31.2304, "longitude": 121.4737}]
    let_rules(sessions, places=PLACES | {"sites": sites})
    code = open_till(app, store_id=store.id).get("/check-in-code").json["code"]
    here, far = {"latitude": 31.2305, "longitude": 121.4737}, {"latitude": 30, "longitude": 120}
    for body, said in (
        ({"place_code": "1" * 30}, (422, "checkin.place-code-invalid")),
        ({"place_code": code}, (422, "checkin.position-wanted")),
        ({"place_code": code} | far, (403, "checkin.too-far")),
        ({"place_code": code, "latitude": 91, "longitude": 0}, (422, "payload.invalid")),
        ({"place_code": "x"}, (422, "payload.invalid")),
    ):
        reply = phone.post(URL, json=body)
        assert (reply.status_code, reply.json["code"]) == said
    visit = phone.post(URL, json={"place_code": code} | here).json
    assert (visit["kind"], visit["points"]) == ("place", 8)
    places = phone.get(URL).json["places"]
    assert places == {"required": False, "points": 3, "asks_position": True}
