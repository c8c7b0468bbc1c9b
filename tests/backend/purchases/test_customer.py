import pytest

from backend import members, points
from backend.purchases.customer import account_of, member_of, standing_of
from tests.factories.members import make_member
from tests.support.clocks import MORNING


def become_one(session, gone, into):
    """What a merge does to the two accounts and the two members."""
    accounts = points.lock_both(session, gone.id, into.id, now=MORNING)
    points.merge(session, *accounts, source_id=gone.id, now=MORNING)
    members.absorb(session, *members.lock_two(session, gone.id, into.id))
    session.flush()  # whoever asks next asks the database


def test_a_sale_without_a_member_has_nobody(session):
    assert member_of(session, None) is None
    assert account_of(session, None, now=MORNING) is None
    assert standing_of(session, None, now=MORNING) is None


def test_who_is_unknown_is_refused(session):
    with pytest.raises(members.MemberUnknown):
        member_of(session, 404)
    with pytest.raises(points.NoAccount):
        account_of(session, 404, now=MORNING)


def test_a_member_has_an_account_and_a_standing(session, member):
    assert member_of(session, member.id) is member
    assert account_of(session, member.id, now=MORNING).member_id == member.id
    assert standing_of(session, member, now=MORNING).tier.code == "basic"


def test_who_has_become_another_is_that_one(session, member):
    into = make_member(session)
    become_one(session, member, into)
    assert member_of(session, member.id) is into
    assert account_of(session, member.id, now=MORNING).member_id == into.id


def test_who_has_left_has_no_account(session, member):
    points.close(session, points.lock(session, member.id, now=MORNING), source_id=1, now=MORNING)
    session.flush()  # the account is read again
    assert account_of(session, member.id, now=MORNING) is None


@pytest.mark.parametrize(("status", "refusal"), [("blocked", members.Blocked), ("closed", members.Closed)])
def test_who_may_not_act_has_no_standing(session, member, status, refusal):
    member.status = status
    with pytest.raises(refusal):
        standing_of(session, member, now=MORNING)
