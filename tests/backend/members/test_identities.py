from datetime import timedelta

import pytest

from backend import members
from backend.kit.db import run
from tests.factories.members import make_application, make_follower, make_identity, make_member
from tests.support import identities
from tests.support.clocks import MORNING
from tests.support.meetings import lockless, meeting_at_commit
from tests.support.races import race
from tests.support.runtimes import MP, OA, make_runtime

LATER = MORNING + timedelta(days=1)


def test_signing_in_again_is_the_same_identity(session):
    first = make_identity(session, openid="o-1")
    again = make_identity(session, openid="o-1", now=LATER)
    assert (again.id, again.seen_at, again.member_id) == (first.id, LATER, None)


def test_the_same_openid_under_another_appid_is_somebody_else(session):
    assert make_identity(session, openid="o-1").id != make_identity(session, openid="o-1", appid="wx-other").id


def test_openids_differ_by_case(session):
    assert make_identity(session, openid="o-a").id != make_identity(session, openid="o-A").id


def test_a_known_unionid_is_not_forgotten(session):
    make_identity(session, openid="o-1", unionid="u-1")
    assert make_identity(session, openid="o-1", unionid=None).unionid == "u-1"


def test_the_follower_of_a_member_is_bound_by_unionid(session):
    member = make_member(session, unionid="u-1")
    assert make_follower(session, unionid="u-1").member_id == member.id
    assert make_follower(session, unionid="u-2").member_id is None


def test_the_mini_program_user_behind_a_bound_identity_is_bound_by_unionid(session):
    member = make_member(session, unionid="u-1")
    assert make_identity(session, appid="wx-second", unionid="u-1").member_id == member.id


def test_who_followed_first_is_bound_by_joining(session):
    follower = make_follower(session, unionid="u-1")
    member = make_member(session, unionid="u-1")
    assert follower.member_id == member.id
    assert identities.official_account_identity(session, member.id) is follower


def test_a_unionid_that_comes_later_binds_the_follower(session):
    member, follower = make_member(session, unionid="u-1"), make_follower(session)
    assert members.learn_unionid(session, follower.id, "u-1", now=LATER).member_id == member.id


def test_a_unionid_that_comes_later_to_a_member_binds_the_waiting(session):
    waiting = make_follower(session, unionid="u-1")
    member = make_member(session)
    mine = identities.mini_program_identity(session, member.id)
    make_identity(session, openid=mine.openid, unionid="u-1", now=LATER)
    assert waiting.member_id == member.id
    assert member.unionid == "u-1"


def test_a_unionid_that_shows_two_members_to_be_one_person_moves_nobody(session):
    older, younger = make_member(session, unionid="u-1"), make_member(session)
    mine = identities.mini_program_identity(session, younger.id)
    members.learn_unionid(session, mine.id, "u-1", now=LATER)
    assert mine.member_id == younger.id
    assert (older.unionid, younger.unionid) == ("u-1", None)
    assert make_follower(session, unionid="u-1").member_id == older.id


def test_learning_the_unionid_of_nobody_is_refused(session):
    with pytest.raises(members.IdentityUnknown):
        members.learn_unionid(session, 1, "u-1", now=MORNING)


def test_following_and_leaving(session):
    follower = make_follower(session, unionid="u-1")
    member = make_member(session, unionid="u-1")
    members.unfollow(session, appid=OA.appid, openid=follower.openid, now=LATER)
    assert (follower.follows, follower.followed_at, follower.unfollowed_at) == (False, MORNING, LATER)
    assert identities.official_account_identity(session, member.id) is None
    members.follow(session, appid=OA.appid, openid=follower.openid, unionid=None, now=LATER)
    assert identities.official_account_identity(session, member.id) is follower


def test_of_who_leaves_is_told_once(session):
    heard = []
    session.info["listeners"] = {members.FollowerLost: [lambda _, fact: heard.append(fact)]}
    follower = make_follower(session)
    for openid in (follower.openid, follower.openid, "f-unknown", make_identity(session, appid=OA.appid).openid):
        members.unfollow(session, appid=OA.appid, openid=openid, now=LATER)
    assert heard == [members.FollowerLost(follower.id, LATER)]


def test_a_follower_who_is_no_member_is_forgotten_with_leaving(session):
    follower = make_follower(session)
    session.flush()
    members.unfollow(session, appid=OA.appid, openid=follower.openid, now=LATER)
    session.flush()
    with pytest.raises(members.IdentityUnknown):
        members.of_identity(session, follower.id)


def test_a_stranger_who_leaves_is_not_made_known(session):
    members.unfollow(session, appid=OA.appid, openid="f-unknown", now=MORNING)
    assert make_follower(session).follows


def test_parallel_first_logins_are_one_identity(mariadb, clock):
    runtime = make_runtime(mariadb, clock)
    ids = race(32, lambda _: sign_in(runtime, openid="o-1", unionid="u-1"))
    assert len(set(ids)) == 1


def test_a_follower_who_arrives_while_the_person_joins_is_bound_by_one_of_the_two(mariadb, clock):
    runtime = make_runtime(mariadb, clock)
    for turn in range(5):
        member_id, follower_of = follow_and_join_at_once(runtime, f"u-{turn}", patience=0.3)
        assert follower_of == member_id


def test_the_race_finds_a_follower_left_alone_without_locks(mariadb, clock):
    """The negative control of the test above."""
    with lockless(mariadb):
        member_id, follower_of = follow_and_join_at_once(make_runtime(mariadb, clock), "u-1", patience=20)
    assert (member_id is None, follower_of) == (False, None)


def follow_and_join_at_once(runtime, unionid, *, patience):
    newcomer = sign_in(runtime, openid=f"o-{unionid}", unionid=unionid)
    application = make_application()

    def act(number):
        if number:
            return sign_in(runtime, openid=f"f-{unionid}", unionid=unionid, appid=OA.appid)
        return in_unit(
            runtime,
            lambda s: members.join(s, newcomer, application=application, rng=runtime.rng, now=MORNING).member.id,
        )

    with meeting_at_commit(runtime.sessions.write.kw["bind"], patience=patience):
        member_id, follower = race(2, act)
    return member_id, in_unit(runtime, lambda s: members.of_identity(s, follower).member_id)


def sign_in(runtime, *, openid, unionid, appid=MP.appid):
    kind = members.MINI_PROGRAM if appid == MP.appid else members.OFFICIAL_ACCOUNT
    return in_unit(
        runtime,
        lambda s: members.sign_in(s, kind=kind, appid=appid, openid=openid, unionid=unionid, now=MORNING).id,
    )


def in_unit(runtime, work):
    return run(runtime.sessions.write, work)
