from random import Random

from backend import referrals
from backend.referrals import codes
from tests.factories.members import make_member
from tests.support.clocks import MORNING


def test_a_code_is_made_when_first_asked_for_and_stays(session):
    me = make_member(session)
    assert referrals.code_of(session, me.id) is None
    made = [referrals.make_code(session, me.id, rng=Random(number), now=MORNING) for number in range(2)]
    assert made == [referrals.code_of(session, me.id)] * 2
    assert codes.owner_of(session, made[0].lower()).id == me.id


def test_a_code_that_is_taken_is_not_given_again(session):
    one, two = make_member(session), make_member(session)
    first = referrals.make_code(session, one.id, rng=Random(1), now=MORNING)
    assert referrals.make_code(session, two.id, rng=Random(1), now=MORNING) != first


def test_nobody_invites_by_what_is_no_code(session):
    assert codes.owner_of(session, "ABCDEFGH") is None
    assert codes.owner_of(session, "") is None


def test_both_codes_lead_to_the_one(session):
    gone, into = make_member(session), make_member(session)
    both = [referrals.make_code(session, one.id, rng=Random(one.id), now=MORNING) for one in (gone, into)]
    codes.move_codes(session, gone.id, into.id)
    session.expire_all()
    assert [codes.owner_of(session, code).id for code in both] == [into.id] * 2
