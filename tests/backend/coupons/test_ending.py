from datetime import timedelta

from sqlalchemy import update

from backend import coupons
from backend.coupons import Coupon, Template
from backend.coupons.models import TemplateDay
from tests.factories.coupons import make_coupon, make_template
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


def test_a_counter_that_is_wrong_is_named(session):
    template = make_template(session, code="spring", supply={"per_member": None, "stock_per_day": 5})
    make_coupon(session, make_member(session), template=template)
    session.execute(update(Template).values(issued=3))
    session.execute(update(TemplateDay).values(issued=2))
    told = [(fault.what, fault.counted, fault.expected) for fault in coupons.count_faults(session)]
    assert told == [("template spring", 3, 1), ("template spring", 2, 1)]
    session.execute(update(Coupon).values(status="revoked"))
    assert [fault.expected for fault in coupons.count_faults(session)] == [0, 0]
