from datetime import timedelta

from backend import coupons
from tests.factories.coupons import make_coupon
from tests.factories.members import make_member
from tests.support.clocks import MORNING

A_DAY = timedelta(days=1)


def status(session, coupon):
    return coupons.coupon(session, coupon.member_id, coupon.id).status


def test_what_is_over_is_written_off_slice_by_slice(session):
    member = make_member(session)
    over = [make_coupon(session, member, validity={"days": 1}) for _ in range(3)]
    good, held = make_coupon(session, member), make_coupon(session, member, validity={"days": 1})
    over[0].status, over[0].sent_until = "sent", MORNING + A_DAY
    end = held.valid_until
    held.held_store_id, held.held_order_no, held.held_until = 1, "A1", end + timedelta(minutes=5)
    session.flush()
    assert coupons.expire_due(session, now=end - timedelta(microseconds=1), limit=9) == 0
    assert [coupons.expire_due(session, now=end, limit=2) for _ in range(3)] == [2, 1, 0]
    assert {status(session, coupon) for coupon in over} == {"expired"}
    assert (status(session, good), status(session, held)) == ("ready", "ready")
    assert coupons.expire_due(session, now=end + timedelta(minutes=5), limit=2) == 1
    assert coupons.count_faults(session) == []
