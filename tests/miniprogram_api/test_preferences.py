import pytest

from backend.preferences import TOPICS
from tests.factories.members import make_identity
from tests.support.phone import member_client

URL = "/api/mp/v1/me/preferences"
CHANGES = f"{URL}/changes"


def wanted(answer):
    return {topic["topic"]: topic["wanted"] for topic in answer.json["topics"]}


def test_strangers_and_who_has_not_joined_have_none(client, app, sessions):
    assert client.get(URL).status_code == 401
    with sessions.write.begin() as session:
        stranger = make_identity(session)
    assert member_client(app, stranger).get(URL).status_code == 403


def test_who_has_chosen_nothing_sees_what_the_house_does(phone):
    shown = phone.get(URL).json
    assert [topic["topic"] for topic in shown["topics"]] == list(TOPICS)
    assert shown["topics"][0] == {
        "topic": "points",
        "kind": "service",
        "title": "积分变动与到期",
        "wanted": {"official-account": True, "mini-program": True, "sms": True, "e-mail": True},
    }
    assert shown["topics"][-1]["wanted"]["sms"] is False
    assert shown["quiet_hours"] == shown["quiet_hours_of_house"] == {"since": "22:00", "until": "08:00"}
    assert shown["mail"] == {"in_use": None, "asked": None}


def test_a_topic_a_kind_or_a_way_is_refused_and_the_later_choice_wins(phone):
    choices = [
        {"way": "sms", "wanted": False},
        {"kind": "marketing", "wanted": False},
        {"topic": "campaigns", "way": "mini-program", "wanted": True},
    ]
    after = wanted(phone.put(URL, json={"choices": choices}))
    assert not any(ways["sms"] for ways in after.values())
    assert after["greetings"] == dict.fromkeys(after["greetings"], False)
    assert after["campaigns"]["mini-program"]
    assert after["points"]["official-account"]
    assert wanted(phone.get(URL)) == after


@pytest.mark.parametrize(
    ("given", "kept"),
    [({"since": "21:30", "until": "09:00"}, {"since": "21:30", "until": "09:00"}), (None, None)],
)
def test_quiet_hours_are_one_s_own_or_none(phone, given, kept):
    assert phone.put(URL, json={"quiet_hours": given}).json["quiet_hours"] == kept
    assert phone.put(URL, json={"choices": []}).json["quiet_hours"] == kept


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"choices": [{"topic": "weather", "wanted": True}]}, 422),
        ({"choices": [{"way": "pigeon", "wanted": True}]}, 422),
        ({"choices": [{"topic": "points"}]}, 422),
        ({"choices": [{"wanted": True}] * 65}, 422),
        ({"quiet_hours": {"since": "24:00", "until": "08:00"}}, 422),
        ({"quiet_hours": {"since": "08:00"}}, 422),
        ({"quiet_hours": {"since": "08:00", "until": "08:00"}}, 422),
        ({"whatever": 1}, 422),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_changes(phone, body, status):
    assert phone.put(URL, json=body).status_code == status
    assert phone.get(CHANGES).json["items"] == []


def test_every_change_is_there_to_be_read(phone):
    for way in ("sms", "e-mail"):
        phone.put(URL, json={"choices": [{"topic": "points", "way": way, "wanted": False}]})
    first = phone.get(f"{CHANGES}?limit=1").json
    rest = phone.get(f"{CHANGES}?limit=5&cursor={first['next_cursor']}").json
    assert [one["what"] for one in (*first["items"], *rest["items"])] == ["points/e-mail", "points/sms"]
    assert (rest["items"][0]["value"], rest["items"][0]["source"]) == ("off", "mini-program")
    assert rest["next_cursor"] is None
    assert phone.get(f"{CHANGES}?cursor=nonsense").status_code == 400
