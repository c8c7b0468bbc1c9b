from datetime import UTC, datetime, timedelta

import pytest

from backend import conversations
from backend.conversations import Why
from backend.oa import texts
from backend.oa.handing import call_people
from config import policy
from tests.factories.conversations import make_conversation
from tests.factories.members import make_follower

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # Monday, 12:00 in Shanghai


@pytest.fixture
def follower_id(session):
    identity = make_follower(session)
    session.flush()
    return identity.id


def test_who_asks_for_people_waits_for_them(session, follower_id):
    assert call_people(session, follower_id, why=Why.ASKED, now=NOON) == "已为您转接人工客服，请稍候。"
    assert conversations.waiting(session) == 1


def test_how_many_are_ahead_is_told(session, follower_id):
    for _ in range(2):
        make_conversation(session, now=NOON)
    later = NOON + timedelta(seconds=1)
    assert "前面还有 2 位顾客" in call_people(session, follower_id, why=Why.ASKED, now=later)


def test_what_the_robot_does_not_know_it_says(session, follower_id):
    text = call_people(session, follower_id, why=Why.UNANSWERED, now=NOON)
    assert text == "这个问题我还答不上来。已为您转接人工客服，请稍候。"


@pytest.mark.parametrize(
    ("at", "when"),
    [
        (datetime(2026, 3, 2, 1, 0, tzinfo=UTC), "今天 09:30"),  # 09:00
        (datetime(2026, 3, 2, 13, 30, tzinfo=UTC), "明天 09:30"),  # 21:30
    ],
)
def test_after_hours_it_says_when_people_are_there_again(session, follower_id, at, when):
    text = call_people(session, follower_id, why=Why.ASKED, now=at)
    assert text == (f"客服服务时间为每天 09:30–21:30，现在不在服务时间。您的问题已记下，{when} 上班后会在这里回复您。")


@pytest.mark.parametrize(("hours", "expected"), [({4: policy.DESK_HOURS[4]}, "周五 09:30"), ({}, None)])
def test_hours_of_a_desk_that_rests_for_days(session, follower_id, monkeypatch, hours, expected):
    monkeypatch.setattr(policy, "DESK_HOURS", hours)
    text = call_people(session, follower_id, why=Why.ASKED, now=NOON)
    assert text == texts.NOBODY_AT_THE_DESK if expected is None else expected in text


def test_who_waits_already_is_told_shortly(session, follower_id):
    call_people(session, follower_id, why=Why.ASKED, now=NOON)
    session.flush()
    assert call_people(session, follower_id, why=Why.UNANSWERED, now=NOON) == texts.STILL_WAITING


def test_who_is_with_people_is_told_so(session):
    mine = make_conversation(session, by="anna", now=NOON)
    assert call_people(session, mine.identity_id, why=Why.ASKED, now=NOON) == texts.WITH_PEOPLE
