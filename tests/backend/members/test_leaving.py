from datetime import date

import pytest
from sqlalchemy import select

from backend import members
from backend.members import Identity, Member, ProfileChanges
from tests.factories.members import make_application, make_follower, make_identity, make_member
from tests.support import identities
from tests.support.clocks import MORNING

KEY = b"k" * 32
PHONE = "13812345678"
PERSONAL = ("phone_sealed", "phone_index", "nickname_sealed", "birthday_sealed", "unionid", "join_scene")


def leave(session, member):
    members.erase(session, members.locked(session, member.id))
    session.flush()


@pytest.fixture
def member(session):
    made = make_member(session, phone=PHONE, unionid="u-1")
    changes = ProfileChanges(birthday=date(1990, 5, 4), gender="female")
    return members.update_profile(session, made.id, changes=changes, now=MORNING)


def test_nothing_personal_is_kept(session, member):
    leave(session, member)
    assert [getattr(member, column) for column in PERSONAL] == [None] * len(PERSONAL)
    assert (member.status, member.gender) == (members.CLOSED, "unknown")
    assert members.find_by_phone(session, PHONE) is None


def test_nothing_personal_is_kept_of_whom_it_had_absorbed(session, member):
    gone = make_member(session, phone="13987654321")
    members.absorb(session, *members.lock_two(session, gone.id, member.id))
    leave(session, member)
    session.refresh(gone)
    assert [getattr(gone, column) for column in PERSONAL] == [None] * len(PERSONAL)
    assert members.by_card_no(session, gone.card_no).status == members.CLOSED


def test_openids_are_forgotten_but_for_those_that_follow(session, member):
    phone = identities.mini_program_identity(session, member.id)
    follower, left = make_follower(session, unionid="u-1"), make_follower(session, unionid="u-1")
    left.follows = False
    leave(session, member)
    assert session.scalars(select(Identity.id)).all() == [follower.id]
    assert members.of_identity(session, follower.id).member_id is None
    with pytest.raises(members.IdentityUnknown):
        members.of_identity(session, phone.id)


def test_neither_card_nor_code_works_any_more(session, member):
    code = members.card_code(member, KEY, MORNING).code
    leave(session, member)
    with pytest.raises(members.CardCodeInvalid):
        members.redeem_card_code(session, code, key=KEY, now=MORNING)
    with pytest.raises(members.Closed):
        members.active(members.by_card_no(session, member.card_no))


def test_the_same_phone_and_wechat_account_join_anew(session, rng, member):
    follower = make_follower(session, unionid="u-1")
    old_openid = identities.mini_program_identity(session, member.id).openid
    leave(session, member)
    back = make_identity(session, unionid="u-1", openid=old_openid)
    joined = members.join(session, back.id, application=make_application(phone=PHONE), rng=rng, now=MORNING)
    assert joined.created
    assert joined.member.id != member.id
    assert identities.official_account_identity(session, joined.member.id) is follower
    assert len(session.scalars(select(Member)).all()) == 2
