from datetime import date

import pytest

from backend import members
from backend.members import ProfileChanges, card_codes
from tests.factories.members import make_application, make_follower, make_identity, make_member
from tests.support import identities
from tests.support.clocks import MORNING

KEY = b"k" * 32
PHONE, OTHER_PHONE = "13812345678", "13987654321"


def merge(session, gone, into):
    gone, into = members.lock_two(session, gone.id, into.id)
    members.absorb(session, gone, into)
    session.flush()
    return into


@pytest.fixture
def pair(session):
    return make_member(session, phone=OTHER_PHONE, nickname="小明"), make_member(session, phone=PHONE, nickname=None)


def test_lock_two_gives_them_in_the_order_asked(session, pair):
    gone, into = pair
    assert members.lock_two(session, into.id, gone.id) == (into, gone)
    with pytest.raises(members.MemberUnknown):
        members.lock_two(session, into.id, 1)


def test_every_identity_of_the_gone_one_now_leads_to_the_survivor(session, pair):
    gone, into = pair
    follower = make_follower(session)
    follower.member_id = gone.id
    phone = identities.mini_program_identity(session, gone.id)
    merge(session, gone, into)
    assert [members.of_identity(session, one.id).member_id for one in (phone, follower)] == [into.id] * 2
    assert identities.official_account_identity(session, into.id) is follower


def test_the_old_card_its_code_and_the_old_phone_lead_to_the_survivor(session, pair):
    gone, into = pair
    code = members.card_code(gone, KEY, MORNING).code
    merge(session, gone, into)
    assert members.by_card_no(session, gone.card_no) is into
    assert members.find_by_phone(session, OTHER_PHONE) is into
    assert members.find_by_phone(session, PHONE) is into
    assert members.redeem_card_code(session, code, key=KEY, now=MORNING) is into
    assert card_codes.card_no_of(members.card_code(into, KEY, MORNING).code, KEY, MORNING) == into.card_no


def test_the_survivor_keeps_its_own_and_gets_what_it_lacks(session, pair):
    gone, into = pair
    changes = ProfileChanges(birthday=date(1990, 5, 4), gender="female")
    members.update_profile(session, gone.id, changes=changes, now=MORNING)
    members.update_profile(session, into.id, changes=ProfileChanges(gender="male"), now=MORNING)
    seen = members.profile(session, merge(session, gone, into))
    assert (seen.nickname, seen.birthday, seen.gender, seen.phone_masked) == (
        "小明",
        date(1990, 5, 4),
        "male",
        "138****5678",
    )
    assert (gone.nickname_sealed, gone.birthday_sealed) == (None, None)


def test_a_birthday_that_both_have_stays_the_survivors(session, pair):
    for member, day in zip(pair, (date(1990, 5, 4), date(1991, 1, 1)), strict=True):
        members.update_profile(session, member.id, changes=ProfileChanges(birthday=day), now=MORNING)
    assert members.profile(session, merge(session, *pair)).birthday == date(1991, 1, 1)


@pytest.mark.parametrize(
    ("gone_has", "into_has", "kept"), [("u-1", None, "u-1"), ("u-1", "u-2", "u-2"), (None, "u-2", "u-2")]
)
def test_the_wechat_account_of_the_gone_one_leads_to_the_survivor(session, gone_has, into_has, kept):
    gone, into = make_member(session, unionid=gone_has), make_member(session, unionid=into_has)
    assert merge(session, gone, into).unionid == kept
    assert gone.unionid is None
    if gone_has:
        later = make_follower(session, unionid=gone_has)
        session.flush()
        assert members.of_identity(session, later.id).member is into


def test_who_merged_before_is_led_on(session, pair):
    gone, into = pair
    first = make_member(session)
    merge(session, first, gone)
    merge(session, gone, into)
    assert members.by_card_no(session, first.card_no) is into
    assert first.merged_into == into.id


def test_who_joins_with_the_phone_of_the_gone_one_is_bound_to_the_survivor(session, rng, pair):
    into = merge(session, *pair)
    newcomer = make_identity(session)
    joined = members.join(session, newcomer.id, application=make_application(phone=OTHER_PHONE), rng=rng, now=MORNING)
    assert (joined.member, joined.created) == (into, False)


def test_a_merged_member_may_do_nothing_by_itself(session, pair):
    gone, _ = pair
    merge(session, *pair)
    with pytest.raises(members.Merged):
        members.active(gone)
    for verb in (members.block, members.unblock):
        with pytest.raises(members.Merged):
            verb(session, gone.id)
