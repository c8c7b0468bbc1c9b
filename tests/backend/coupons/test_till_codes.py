from datetime import timedelta

import pytest

from backend import coupons
from backend.coupons.till_codes import TAKEN_FOR
from tests.factories.coupons import make_coupon
from tests.factories.members import make_member
from tests.support.clocks import MORNING

KEY = b"k" * 32
LATER = MORNING + timedelta(seconds=91)


def test_a_code_leads_to_its_coupon_once(session):
    coupon = make_coupon(session, make_member(session))
    shown = coupons.till_code(coupon, KEY, MORNING)
    assert coupons.coupon_of_code(session, shown.code, KEY, MORNING) is coupon
    coupons.use_code(session, shown.code, now=MORNING)
    with pytest.raises(coupons.CouponCodeInvalid):
        coupons.coupon_of_code(session, shown.code, KEY, MORNING)
    assert coupons.forget_used_codes(session, now=MORNING + TAKEN_FOR, limit=9) == 0
    assert coupons.forget_used_codes(session, now=LATER + TAKEN_FOR, limit=9) == 1


def test_old_forged_and_unknown_codes_get_one_answer(session):
    coupon = make_coupon(session, make_member(session))
    shown = coupons.till_code(coupon, KEY, MORNING).code
    gone = coupons.till_code(coupons.Coupon(code="0" * 16), KEY, MORNING).code
    for code, at in ((shown, LATER), (shown[::-1], MORNING), (gone, MORNING), (coupon.code, MORNING)):
        with pytest.raises(coupons.CouponCodeInvalid):
            coupons.coupon_of_code(session, code, KEY, at)
