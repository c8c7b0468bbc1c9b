from datetime import timedelta

import pytest

from backend import adjustments
from tests.factories.adjustments import make_adjustment
from tests.factories.members import make_member
from tests.support.clocks import MORNING

WEEK = MORNING + timedelta(days=7)


@pytest.fixture
def made(session, member_id):
    """Applied, waiting, applied, waiting; the last for somebody else."""
    other = make_member(session).id
    asked = ((member_id, 5), (member_id, 501), (member_id, 6), (other, 502))
    return [make_adjustment(session, who, amount) for who, amount in asked]


def amounts(session, *, now=MORNING, limit=9, **wanted):
    return [one.amount for one in adjustments.page(session, now=now, limit=limit, **wanted)]


def test_the_newest_come_first_page_by_page(session, made):
    assert amounts(session) == [502, 6, 501, 5]
    assert amounts(session, limit=2) == [502, 6]
    assert amounts(session, limit=2, before_id=made[2].id) == [501, 5]


def test_those_of_a_status_or_of_a_member(session, member_id, made):
    assert amounts(session, status="waiting") == [502, 501]
    assert amounts(session, status="applied") == [6, 5]
    assert amounts(session, member_id=member_id) == [6, 501, 5]
    assert amounts(session, member_id=member_id, status="waiting") == [501]


def test_what_has_waited_too_long_is_listed_as_lapsed_before_anybody_wrote_it_down(session, made):
    for _ in ("before the job", "after the job"):
        assert amounts(session, now=WEEK, status="waiting") == []
        assert amounts(session, now=WEEK, status="lapsed") == [502, 501]
        adjustments.lapse_due(session, now=WEEK, limit=9)
        session.expire_all()


def test_one(session, made):
    assert adjustments.get(session, made[0].id) is made[0]
    with pytest.raises(adjustments.AdjustmentUnknown):
        adjustments.get(session, 7)
