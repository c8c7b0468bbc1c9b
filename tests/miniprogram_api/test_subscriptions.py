from dataclasses import replace
from datetime import timedelta

import pytest

from backend.app import furnish
from backend.messaging import CATALOGUE
from config import policy
from tests.factories.members import make_identity
from tests.support.phone import member_client

URL = "/api/mp/v1/subscriptions"
IDS = {"exchange_ready": "T-ready", "exchange_shipped": "T-shipped", "campaign": "T-campaign"}


@pytest.fixture
def asking(doors, runtime, member_id):
    return member_client(furnish(doors, replace(runtime, subscribe_template_ids=IDS)), member_id)


def ids(answer):
    return [(item["template_id"], item["accepts"]) for item in answer.json["items"]]


def test_strangers_are_asked_for_nothing(client):
    assert client.get(f"{URL}?scene=exchange").status_code == 401
    assert client.post(URL, json={"answers": {"T-ready": "accept"}}).status_code == 401


def test_after_an_exchange_is_asked_for_what_comes_of_it_and_has_a_template(asking):
    answer = asking.get(f"{URL}?scene=exchange")
    assert ids(answer) == [("T-ready", 0), ("T-shipped", 0)]
    assert answer.json["items"][0]["title"] == "兑换商品到店提醒"
    assert ids(asking.get(f"{URL}?scene=moonrise")) == []


def test_what_is_taken_least_comes_first(asking):
    asking.post(URL, json={"answers": {"T-ready": "accept"}})
    assert ids(asking.get(f"{URL}?scene=exchange")) == [("T-shipped", 0), ("T-ready", 1)]


def test_accepts_are_counted_and_refusals_take_them_back(asking, clock):
    assert ids(asking.post(URL, json={"answers": {"T-ready": "accept", "T-shipped": "acceptWithAudio"}})) == [
        ("T-ready", 1),
        ("T-shipped", 1),
    ]
    assert ids(asking.post(URL, json={"answers": {"T-ready": "accept"}})) == [("T-ready", 1)]
    clock.move(timedelta(minutes=1))
    assert ids(asking.post(URL, json={"answers": {"T-ready": "accept"}})) == [("T-ready", 2)]
    clock.move(timedelta(minutes=1))
    assert ids(asking.post(URL, json={"answers": {"T-ready": "reject"}})) == [("T-ready", 0)]


@pytest.mark.parametrize("choice", ["ban", "filter", "whateverComesNext"])
def test_other_answers_change_nothing(asking, choice):
    asking.post(URL, json={"answers": {"T-ready": "accept"}})
    assert ids(asking.post(URL, json={"answers": {"T-ready": choice}})) == [("T-ready", 1)]


def test_templates_of_others_are_not_counted(asking):
    assert ids(asking.post(URL, json={"answers": {"T-other": "accept"}})) == []


def test_who_has_not_joined_may_accept_too(doors, runtime, sessions):
    with sessions.write.begin() as session:
        stranger = make_identity(session)
    app = furnish(doors, replace(runtime, subscribe_template_ids=IDS))
    assert ids(member_client(app, stranger).post(URL, json={"answers": {"T-ready": "accept"}})) == [("T-ready", 1)]


@pytest.mark.parametrize(
    "answers",
    [None, {}, {"T": "a b"}, {"T": 1}, {"": "accept"}, {"T" * 65: "accept"}, {str(n): "accept" for n in range(6)}],
)
def test_what_wechat_never_returns_is_refused(asking, answers):
    assert asking.post(URL, json={"answers": answers}).status_code == 422


def test_scenes_ask_for_at_most_three_messages_that_there_are():
    for names in policy.SUBSCRIBE_SCENES.values():
        assert 1 <= len(names) <= 3
        assert all(CATALOGUE[name].subscription for name in names)
