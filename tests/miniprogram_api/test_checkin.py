from datetime import UTC, datetime, timedelta

import pytest

from tests.factories.members import make_identity, make_member
from tests.support.phone import member_client
from tests.support.statements import statements_on

URL = "/api/mp/v1/check-ins"
GIFT = 100


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
    assert reply.json == {"day": "2026-03-01", "streak": 1, "points": 5, "balance": GIFT + 5}


def test_with_a_key_a_repeat_is_answered_like_the_first(phone):
    first, again = (phone.post(URL, headers={"Idempotency-Key": "tap-1"}) for _ in range(2))
    assert (again.status_code, again.json) == (first.status_code, first.json)
    assert again.status_code == 201


def test_the_calendar_shows_a_month_and_the_streak_of_today(phone, clock):
    assert phone.get(URL).json == {"month": "2026-03", "days": [], "streak": 0, "checked_in_today": False}
    phone.post(URL)
    clock.move(timedelta(days=1))
    phone.post(URL)
    assert phone.get(URL, query_string={"month": "2026-03"}).json == {
        "month": "2026-03",
        "days": [{"day": "2026-03-01", "streak": 1, "points": 5}, {"day": "2026-03-02", "streak": 2, "points": 6}],
        "streak": 2,
        "checked_in_today": True,
    }
    clock.move(timedelta(days=1))
    april = phone.get(URL, query_string={"month": "2026-04"}).json
    assert april == {"month": "2026-04", "days": [], "streak": 2, "checked_in_today": False}


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
    assert (len(writing), len(reading)) == (3, 3)
