from datetime import timedelta

import pytest

from backend import coupons, points
from tests.factories.coupons import make_coupon, make_template
from tests.factories.members import make_member
from tests.support.clocks import MORNING

CAME, ELSE = points.Source("came", 1), points.Source("came", 2)


@pytest.fixture
def member_id(session):
    return make_member(session).id


def recall(session, member_id):
    return coupons.recall(session, points.lock(session, member_id, now=MORNING), [CAME], now=MORNING)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_unused_ones_go_and_used_ones_are_told(session, member_id):
    tea, cake = make_template(session, code="tea"), make_template(session, code="cake")
    used = make_coupon(session, member_id, template=tea, source=CAME)
    fresh = make_coupon(session, member_id, template=cake, source=CAME)
    other = make_coupon(session, member_id, template=tea, source=ELSE)
    used.status = "redeemed"
    session.flush()
    assert coupons.used_of(session, member_id, [CAME], now=MORNING) == {"tea": 1}
    for _ in range(2):
        assert recall(session, member_id) == {"tea": 1}
    assert (used.status, fresh.status, other.status) == ("redeemed", "revoked", "ready")


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_one_that_lies_at_a_till_stops_it(session, member_id):
    held = make_coupon(session, member_id, template=make_template(session, code="tea"), source=CAME)
    held.held_order_no, held.held_until = "T1", MORNING + timedelta(minutes=5)
    session.flush()
    assert coupons.used_of(session, member_id, [CAME], now=MORNING) == {"tea": 1}
    with pytest.raises(coupons.CouponHeld):
        recall(session, member_id)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_where_nothing_came_nothing_was_used(session, member_id):
    assert recall(session, member_id) == {}
