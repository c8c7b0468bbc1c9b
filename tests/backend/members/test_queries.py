from datetime import timedelta

import pytest

from backend import members
from backend.kit.pii import Unreadable
from tests.factories.members import make_follower, make_identity, make_member
from tests.support import identities
from tests.support.clocks import MORNING
from tests.support.runtimes import OA
from tests.support.statements import statements_of

LATER = MORNING + timedelta(hours=1)


def test_a_member_is_found_by_id_card_and_phone(session):
    member = make_member(session, phone="13812345678")
    assert members.get(session, member.id) is member
    assert members.find_by_card_no(session, member.card_no) is member
    assert members.by_card_no(session, member.card_no) is member
    assert members.find_by_phone(session, "+86 138 1234 5678") is member


def test_a_stranger_is_not_found(session):
    make_member(session, phone="13812345678")
    with pytest.raises(members.MemberUnknown):
        members.get(session, 1)
    assert members.find_by_card_no(session, "800000000000") is None
    with pytest.raises(members.MemberUnknown):
        members.by_card_no(session, "800000000000")
    assert members.find_by_phone(session, "13812345679") is None
    assert members.find_by_phone(session, "no phone") is None


def test_who_stands_behind_an_identity(session):
    member, stranger = make_member(session), make_identity(session)
    mine = identities.mini_program_identity(session, member.id)
    who = members.of_identity(session, mine.id)
    assert (who.identity_id, who.member_id, who.status) == (mine.id, member.id, "active")
    nobody = members.of_identity(session, stranger.id)
    assert (nobody.identity_id, nobody.member_id, nobody.status) == (stranger.id, None, None)
    with pytest.raises(members.IdentityUnknown):
        members.of_identity(session, 1)


def test_who_asks_and_the_member_cost_one_statement(session):
    member = make_member(session)
    identity_id, member_id = identities.mini_program_identity(session, member.id).id, member.id
    session.expunge_all()
    with statements_of(session) as said:
        who = members.of_identity(session, identity_id)
        assert members.get(session, member_id) is who.member
    assert len(said) == 1


def test_only_an_active_member_may_act(session):
    member = make_member(session)
    who = members.Who(1, member)
    assert members.active_member(who) is member
    with pytest.raises(members.NotJoined):
        members.active_member(members.Who(1, None))
    for status, refusal in (("blocked", members.Blocked), ("closed", members.Closed)):
        member.status = status
        with pytest.raises(refusal):
            members.active_member(who)


def test_the_profile_shows_the_phone_masked_even_to_its_owner(session):
    member = make_member(session, phone="13812345678", nickname="小红")
    profile = members.profile(session, member)
    assert (profile.phone_masked, profile.nickname, profile.birthday_locked) == ("138****5678", "小红", False)
    assert members.masked_name(session, member) == "小*"


def test_a_member_without_nickname_has_a_masked_name(session):
    assert members.masked_name(session, make_member(session, nickname=None)) == "会*"


def test_a_sealed_value_moved_to_another_member_does_not_open(session):
    one, other = make_member(session), make_member(session)
    one.phone_sealed = other.phone_sealed
    with pytest.raises(Unreadable):
        members.profile(session, one)


def test_followers_without_unionid_are_listed_in_pages(session):
    make_follower(session, unionid="u-1")
    make_identity(session)
    waiting = [make_follower(session) for _ in range(3)]
    gone = make_follower(session)
    members.unfollow(session, appid=OA.appid, openid=gone.openid, now=LATER)
    first = members.followers_without_unionid(session, limit=2)
    assert first == waiting[:2]
    assert members.followers_without_unionid(session, limit=2, after_id=first[-1].id) == waiting[2:]


def test_identities_of_a_person_are_found_by_unionid(session):
    one, other, alone = (
        make_identity(session, unionid="u-1"),
        make_follower(session, unionid="u-1"),
        make_follower(session),
    )
    make_follower(session)
    session.flush()
    assert sorted(members.identities_of_person(session, one.id)) == sorted([one.id, other.id])
    assert list(members.identities_of_person(session, alone.id)) == [alone.id]
    assert list(members.identities_of_person(session, 1)) == []


def test_identities_of_a_member_and_the_cards_behind_them(session):
    member, stranger = make_member(session, unionid="u-1"), make_follower(session)
    follower = make_follower(session, unionid="u-1")
    session.flush()
    ids = members.identity_ids(session, member.id)
    assert follower.id in ids
    assert len(ids) == 2
    assert members.cards_of_identities(session, [*ids, stranger.id]) == dict.fromkeys(ids, member.card_no)
