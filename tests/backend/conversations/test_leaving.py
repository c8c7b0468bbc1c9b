from datetime import timedelta

import pytest
from sqlalchemy import func, select

from backend import conversations, lifecycle, members
from backend.conversations.models import ChatLine, Conversation, Reply, Window
from tests.factories.conversations import make_conversation
from tests.factories.members import make_follower, make_member
from tests.support.clocks import MORNING
from tests.support.runtimes import OA

TABLES = (ChatLine, Conversation, Reply, Window)


@pytest.fixture
def member(session):
    return make_member(session, unionid="u-1")


@pytest.fixture
def follower(session, member):
    """A member who follows, and whose matter an operator answered."""
    identity = members.follow(session, appid=OA.appid, openid="o-1", unionid="u-1", now=MORNING)
    answered(session, identity)
    return identity


def answered(session, identity):
    mine = make_conversation(session, identity=identity, by="anna")
    conversations.reply(session, mine.id, "您好", by="anna", now=MORNING)
    session.flush()


def kept(session, identity_id):
    session.flush()
    return [session.scalar(select(func.count()).where(table.identity_id == identity_id)) for table in TABLES]


def test_of_who_follows_no_more_nothing_is_kept(session, follower):
    other = make_follower(session)
    answered(session, other)
    members.unfollow(session, appid=OA.appid, openid=follower.openid, now=MORNING)
    assert kept(session, follower.id) == [0, 0, 0, 0]
    assert kept(session, other.id) == [4, 1, 1, 1]


def test_nor_of_who_was_no_member(session):
    stranger = make_follower(session)
    answered(session, stranger)
    identity_id = stranger.id
    members.unfollow(session, appid=OA.appid, openid=stranger.openid, now=MORNING)
    assert kept(session, identity_id) == [0, 0, 0, 0]


def test_of_a_member_who_left_the_shop_nothing_that_was_said_is_kept(session, member, follower):
    closure, _ = lifecycle.ask_to_leave(session, member.id, now=MORNING)
    session.flush()
    assert lifecycle.close_due(session, closure.id, now=MORNING + timedelta(days=8))
    assert kept(session, follower.id) == [0, 0, 0, 1]
    assert follower.follows


def test_the_log_of_a_merged_member_is_the_survivor_s(session, member, follower):
    survivor = make_member(session)
    members.absorb(session, member, survivor)
    session.flush()
    ids = members.identity_ids(session, survivor.id)
    assert len(conversations.said_with(session, ids, limit=9)) == 4
