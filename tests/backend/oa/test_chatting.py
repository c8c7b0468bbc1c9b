from datetime import timedelta

import pytest
from sqlalchemy import select

from backend import checkin, conversations, members
from backend.conversations import Conversation
from backend.oa import texts
from backend.oa.chatting import answered, speak
from backend.oa.heard import Heard
from backend.oa.replies import Links
from backend.wechat import Article, Picture
from tests.factories.members import make_follower, make_member
from tests.support.clocks import MORNING
from tests.support.runtimes import OA

LINKS = Links("wx0000000000000b0b", "https://shop.example")


@pytest.fixture
def follower(session):
    identity = make_follower(session)
    session.flush()
    return identity


@pytest.fixture
def member(session):
    """The identity by which a member follows."""
    make_member(session, unionid="u-1")
    identity = members.follow(session, appid=OA.appid, openid="o-1", unionid="u-1", now=MORNING)
    session.flush()
    return identity


def heard(identity, words, kind="text", now=MORNING):
    return Heard(identity.id, kind, words, now, now, LINKS, OA.appid)


def says(session, identity, words, kind="text", now=MORNING):
    said = answered(session, heard(identity, words, kind, now))
    session.flush()
    return said


def log(session, identity):
    return [(one.sender, one.text) for one in reversed(conversations.said_with(session, [identity.id], limit=50))]


def open_matters(session):
    return session.scalars(select(Conversation)).all()


def taken(session, identity):
    mine = conversations.call_people(session, identity.id, why=conversations.Why.ASKED, now=MORNING)
    conversations.take(session, mine.id, by="anna", now=MORNING)
    session.flush()


def test_all_that_is_said_is_in_the_log(session, follower):
    assert says(session, follower, "帮助") == texts.HELP
    assert log(session, follower) == [("follower", "帮助"), ("robot", texts.HELP)]


def test_a_refusal_answers_and_what_was_heard_is_kept(session, member):
    says(session, member, "签到")
    assert says(session, member, "签到") == checkin.AlreadyCheckedIn.message
    assert log(session, member)[-2:] == [("follower", "签到"), ("robot", checkin.AlreadyCheckedIn.message)]
    assert conversations.service_window(session, member.id, now=MORNING).left == 5


def test_members_words_are_for_members(session, follower, member):
    assert says(session, follower, "优惠券").startswith("您还不是百汇会员")
    assert says(session, member, "优惠券").startswith("您暂时没有可用的优惠券")


def test_events_are_for_everybody(session, follower):
    assert texts.EVENTS_PAGE in says(session, follower, "活动")


@pytest.mark.parametrize("words", ["客服", "人工", "转人工", "「客服」"])
def test_who_asks_for_people_is_put_into_the_queue(session, follower, words):
    assert "您的问题已记下" in says(session, follower, words)
    assert [(one.status, one.why) for one in open_matters(session)] == [("waiting", "asked")]


def test_what_nobody_knows_is_for_people(session, follower):
    assert says(session, follower, "你们的员工食堂几点开").startswith(texts.UNKNOWN_TO_THE_ROBOT)
    assert [(one.status, one.why) for one in open_matters(session)] == [("waiting", "unanswered")]


def test_the_next_unknown_words_of_who_waits_are_taken_down(session, follower):
    says(session, follower, "你们的员工食堂几点开")
    assert says(session, follower, "就是员工吃饭的地方") == texts.STILL_WAITING
    assert len(open_matters(session)) == 1


def test_with_people_the_robot_keeps_quiet(session, follower):
    taken(session, follower)
    for words in ("你们的员工食堂几点开", "你好", "？"):
        assert says(session, follower, words) is None
    assert log(session, follower)[-1] == ("follower", "？")


def test_members_words_are_answered_even_then(session, member):
    taken(session, member)
    assert "可用积分" in says(session, member, "积分")
    assert says(session, member, "客服") == texts.WITH_PEOPLE
    assert says(session, member, "帮助", kind="CLICK") == texts.HELP


def test_a_button_that_nothing_answers_calls_nobody(session, follower):
    assert says(session, follower, "OLD_BUTTON", kind="CLICK") == texts.HELP
    assert open_matters(session) == []


def test_a_picture_is_for_people_who_are_there(session, follower):
    assert says(session, follower, "https://mmbiz.example/p", kind="image") == texts.HELP
    says(session, follower, "客服")
    assert says(session, follower, "https://mmbiz.example/p", kind="image") == texts.STILL_WAITING
    (mine,) = open_matters(session)
    conversations.take(session, mine.id, by="anna", now=MORNING + timedelta(minutes=1))
    assert says(session, follower, "https://mmbiz.example/p", kind="image") is None
    lines = conversations.said_in(session, mine.id, limit=1)
    assert [(one.kind, one.text) for one in lines] == [("image", "https://mmbiz.example/p")]


def test_pictures_and_articles_of_the_account_are_logged_by_what_they_are(session, follower):
    article = Article("周年庆", "五折起", "https://shop.example/a.jpg", "https://shop.example/a")
    for said in (Picture("M-1"), article):
        speak(session, heard(follower, ""), said)
    session.flush()
    assert log(session, follower) == [("robot", "[图片]"), ("robot", "周年庆 https://shop.example/a")]
