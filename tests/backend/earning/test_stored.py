import pytest

from backend import earning, points
from backend.earning.stored import find
from backend.points import Source
from tests.factories.earning import make_bill, make_rule, publish
from tests.factories.members import make_member
from tests.support.clocks import MORNING

BILL = Source("purchase", 7)


@pytest.fixture
def member_id(session):
    publish(session, make_rule("a", caps={"day": 150}))
    member_id = make_member(session).id
    account = points.lock(session, member_id, now=MORNING)
    for number in (6, 7):
        earning.award(session, account, make_bill(6_000, 4_000), source=Source("purchase", number), now=MORNING)
    session.flush()
    return member_id


def test_an_award_is_found_as_it_was_made(session, member_id):
    stored = find(session, member_id, BILL)
    assert stored.event == make_bill(6_000, 4_000)
    assert (stored.award.wanted, stored.award.points, stored.award.book_version) == (100, 50, 2)
    assert [(grant.rule_code, grant.limited_by) for grant in stored.grants.values()] == [("a", "day")]


def test_it_is_reckoned_again_within_the_limits_that_it_met(session, member_id):
    stored = find(session, member_id, BILL)
    assert [stored.again().points, stored.again((5_000, 0)).points, stored.again((4_900, 0)).points] == [50, 50, 49]


def test_what_was_never_awarded_is_unknown(session, member_id):
    for who, source in ((member_id, Source("purchase", 8)), (make_member(session).id, BILL)):
        with pytest.raises(earning.AwardUnknown):
            find(session, who, source)


def test_finding_costs_three_statements(session, member_id, count_statements):
    session.expunge_all()
    with count_statements(session) as said:
        find(session, member_id, BILL)
    assert len(said) == 3  # the award, its grants, the book
