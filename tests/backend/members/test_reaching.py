from datetime import timedelta

from backend import members
from tests.factories.members import make_follower, make_member
from tests.support.clocks import MORNING
from tests.support.runtimes import OA


def follow(session, member, *, at=MORNING):
    follower = make_follower(session, now=at)
    session.flush()
    follower.member_id = member.id
    session.flush()
    return follower


def test_followers_are_found_in_one_statement_by_whom_followed_last(session, count_statements):
    one, other = make_member(session), make_member(session)
    latest = follow(session, one, at=MORNING + timedelta(minutes=1))
    follow(session, one)
    gone = follow(session, other)
    members.unfollow(session, appid=OA.appid, openid=gone.openid, now=MORNING)
    session.flush()
    with count_statements(session) as said:
        found = members.following_identities(session, [one.id, other.id], appid=OA.appid)
    assert found == {one.id: members.Follower(latest.id, latest.openid)}
    assert len(said) == 1
    assert members.following_identities(session, [one.id], appid="wx-another") == {}


def test_phones_of_who_is_active_are_opened_in_one_statement(session, count_statements):
    one, blocked = make_member(session, phone="13800001234"), make_member(session)
    blocked.status = members.BLOCKED
    session.flush()
    with count_statements(session) as said:
        assert members.phones(session, [one.id, blocked.id, 99]) == {one.id: "13800001234"}
    assert len(said) == 1
