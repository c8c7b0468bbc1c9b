from datetime import timedelta

import pytest

from backend import coupons
from backend.coupons.tickets import Order, coupons_named, hindrance, ready_coupons, tickets
from tests.factories.coupons import make_coupon
from tests.factories.members import make_member
from tests.support.clocks import MORNING

LATER = MORNING + timedelta(minutes=1)
HERE = Order(1, MORNING, "SO-1")


def test_ready_coupons_come_soonest_to_expire_first(session):
    member = make_member(session)
    late = make_coupon(session, member)
    soon = make_coupon(session, member, validity={"days": 2})
    used, back, sent = (make_coupon(session, member) for _ in range(3))
    used.status = "redeemed"
    back.status, back.sent_until = "sent", MORNING  # nobody accepted it, and no job has noted that
    sent.status, sent.sent_until = "sent", LATER
    make_coupon(session, make_member(session))
    session.flush()
    assert ready_coupons(session, member.id, now=MORNING) == [soon, late, back]
    assert ready_coupons(session, member.id, now=soon.valid_until) == [late, back, sent]


def test_what_coupons_say_is_read_at_once_for_all(session, count_statements):
    member = make_member(session)
    mine = [make_coupon(session, member) for _ in range(3)]
    with count_statements(session) as said:
        told = tickets(session, mine)
    assert len(said) == 1
    assert [ticket.code for ticket in told] == [coupon.code for coupon in mine]
    assert told[0].definition.worth.off_fen == 5_000
    assert tickets(session, []) == []


def test_unknown_and_somebody_else_s_get_one_answer(session):
    member = make_member(session)
    mine, foreign = make_coupon(session, member), make_coupon(session, make_member(session))
    assert coupons_named(session, member.id, [mine.code]) == [mine]
    for code in (foreign.code, "0000000000000000"):
        with pytest.raises(coupons.CouponUnknown):
            coupons_named(session, member.id, [mine.code, code])


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({}, None),
        ({"status": "expired"}, None),
        ({"status": "redeemed"}, "coupons.used"),
        ({"status": "revoked"}, "coupons.gone"),
        ({"status": "sent", "sent_until": LATER}, "coupons.gone"),
        ({"status": "sent", "sent_until": MORNING}, None),
        ({"held_store_id": 1, "held_order_no": "SO-1", "held_until": LATER}, None),
        ({"held_store_id": 1, "held_order_no": "SO-2", "held_until": LATER}, "coupons.held"),
        ({"held_store_id": 2, "held_order_no": "SO-1", "held_until": LATER}, "coupons.held"),
        ({"held_store_id": 2, "held_order_no": "SO-1", "held_until": MORNING}, None),
    ],
)
def test_what_hinders_a_coupon(parts, code):
    coupon = coupons.Coupon(**({"status": "ready"} | parts))
    why = hindrance(coupon, "券", HERE, now=MORNING)
    assert (why and why.code) == code
