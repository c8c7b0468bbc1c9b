from datetime import timedelta

import pytest

from backend import points
from backend.coupons.holding import keep, kept_for, let_go
from backend.coupons.tickets import Order
from backend.kit.errors import DomainError
from config import policy
from tests.factories.coupons import make_coupon
from tests.factories.members import make_member
from tests.factories.stores import make_store
from tests.support.clocks import MORNING

TICK = timedelta(microseconds=1)
OVER = MORNING + policy.CASH_HOLD_FOR


@pytest.fixture
def member(session):
    return make_member(session)


def kept(session, member, store, order_no, *wanted, now=MORNING):
    points.lock(session, member.id, now=now)
    order = Order(store.id, now, order_no)
    return keep(session, member.id, [one.code for one in wanted], order=order, store_code=store.code, now=now)


def test_what_is_kept_is_in_the_way_of_other_orders_until_its_time_is_over(session, member):
    store, coupon = make_store(session), make_coupon(session, member)
    first = kept(session, member, store, "SO-1", coupon)
    assert (first.until, first.created) == (OVER, True)
    again = kept(session, member, store, "SO-1", coupon, now=MORNING + TICK)
    assert (again.until, again.created) == (OVER, False)
    with pytest.raises(DomainError) as refused:
        kept(session, member, store, "SO-2", coupon, now=OVER - TICK)
    assert refused.value.code == "coupons.held"
    assert kept(session, member, store, "SO-2", coupon, now=OVER).created


def test_an_order_keeps_what_it_named_last(session, member):
    store, one, other = make_store(session), make_coupon(session, member), make_coupon(session, member)
    kept(session, member, store, "SO-1", one)
    kept(session, member, store, "SO-1", other)
    mine = kept_for(session, member.id, Order(store.id, MORNING, "SO-1"), now=MORNING)
    assert mine == [other]
    let_go(mine)
    assert kept(session, member, store, "SO-2", one, other).created


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"worth": {"kind": "gift", "what": "杯子"}}, "coupons.not-for-bills"),
        ({"scope": {"stores": ["ELSEWHERE"]}}, "coupons.wrong-store"),
        ({"validity": {"days": 3, "after": 1}}, "coupons.not-yet"),
    ],
)
def test_what_no_bill_takes_is_not_kept(session, member, parts, code):
    make_store(session, code="ELSEWHERE")
    coupon = make_coupon(session, member, **parts)
    with pytest.raises(DomainError) as refused:
        kept(session, member, make_store(session), "SO-1", coupon)
    assert refused.value.code == code
    assert coupon.held_until is None
