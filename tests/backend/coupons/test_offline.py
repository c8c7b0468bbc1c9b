from datetime import timedelta
from itertools import permutations

import pytest

from backend import coupons
from backend.coupons.closing import conflicts
from backend.coupons.offline import sync
from backend.coupons.till_codes import till_code
from config import policy
from tests.factories.coupons import make_coupon
from tests.factories.members import make_member
from tests.factories.stores import make_store
from tests.support.clocks import MORNING
from tests.support.runtimes import KEYS

KEY = KEYS.card_codes
CUP = {"worth": {"kind": "gift", "what": "陶瓷杯"}}
TONIGHT = MORNING + timedelta(hours=12)


@pytest.fixture
def store(session):
    return make_store(session)


def told(session, store, code, ref, *, at=MORNING, now=TONIGHT):
    order = coupons.Order(store.id, at)
    done = sync(session, coupons.Shown(code, ref), order=order, key=KEY, now=now)
    session.flush()
    return done.outcome, done.reason


@pytest.mark.parametrize("order", list(permutations(range(3)))[:3])
def test_each_counts_once_however_often_and_in_whatever_order_it_is_told(session, store, order):
    member = make_member(session)
    one, other = make_coupon(session, member, **CUP), make_coupon(session, member, **CUP)
    lines = [(till_code(one, KEY, MORNING).code, "K-1"), (other.code, "K-2"), (one.code, "K-3")]
    first = {place: told(session, store, *lines[place]) for place in order}
    assert sorted(outcome for outcome, _ in first.values()) == ["conflict", "redeemed", "redeemed"]
    for _ in range(2):
        again = {place: told(session, store, *lines[place]) for place in reversed(order)}
        assert {place for place, (outcome, _) in again.items() if outcome == "repeated"} == {
            place for place, (outcome, _) in first.items() if outcome == "redeemed"
        }
    assert (one.redemptions, other.redemptions) == (1, 1)
    (kept,) = conflicts(session, limit=10)
    assert (kept.coupon_id, kept.redeemed_at, kept.reported_at) == (one.id, MORNING, TONIGHT)


def test_what_was_good_then_is_redeemed_though_it_has_expired_since(session, store):
    coupon = make_coupon(session, make_member(session), **CUP, validity={"days": 1})
    coupon.status = "expired"
    session.flush()
    late = coupon.valid_until + timedelta(hours=1)
    assert told(session, store, coupon.code, "K-1", at=MORNING, now=late) == ("redeemed", None)


def test_what_cannot_be_is_named(session, store):
    coupon = make_coupon(session, make_member(session), **CUP)
    future = TONIGHT + policy.TILL_CLOCK_DIFFERENCE + timedelta(seconds=1)
    assert told(session, store, coupon.code, "K-1", at=future) == ("refused", "coupons.redeemed-in-future")
    assert told(session, store, "0000000000000000", "K-2") == ("refused", "coupons.unknown")
    too_late = MORNING + policy.COUPON_LATEST_REPORT + timedelta(seconds=1)
    assert told(session, store, coupon.code, "K-3", now=too_late) == ("conflict", "coupons.redeemed-too-long-ago")
    assert told(session, store, coupon.code, "K-1") == ("redeemed", None)


def test_what_was_redeemed_is_repeated_however_late_it_is_told_again(session, store):
    coupon = make_coupon(session, make_member(session), **CUP)
    told(session, store, coupon.code, "K-1")
    much_later = MORNING + policy.COUPON_LATEST_REPORT + timedelta(days=1)
    assert told(session, store, coupon.code, "K-1", now=much_later) == ("repeated", None)
    assert conflicts(session, limit=1) == []


def test_a_code_of_a_phone_that_was_used_before_is_a_conflict_by_that_name(session, store):
    """Two tills were shown the same 26 digits while they were offline."""
    code = till_code(make_coupon(session, make_member(session), **CUP), KEY, MORNING).code
    assert told(session, store, code, "K-1") == ("redeemed", None)
    assert told(session, store, code, "K-2") == ("conflict", "coupons.code-used")
    assert told(session, store, code, "K-2") == ("conflict", "coupons.code-used")


def test_a_number_that_stands_for_another_coupon_is_refused_and_keeps_its_answer(session, store):
    member = make_member(session)
    one, other = make_coupon(session, member, **CUP), make_coupon(session, member, **CUP)
    lines = [(one.code, "K-1"), (one.code, "K-2")]
    before = [told(session, store, *line) for line in lines]
    assert [told(session, store, other.code, ref) for _, ref in lines] == [("refused", "coupons.ref-reused")] * 2
    assert before == [("redeemed", None), ("conflict", "coupons.used")]
    assert [told(session, store, *line) for line in lines] == [("repeated", None), before[1]]
    assert told(session, store, other.code, "K-3") == ("redeemed", None)


def test_a_code_that_was_used_works_no_second_time_as_long_as_tills_may_tell(session, store):
    """Also where its coupon is ready again: what the second till took is for operators to decide about."""
    coupon = make_coupon(session, make_member(session), **CUP)
    code = till_code(coupon, KEY, MORNING).code
    done = sync(session, coupons.Shown(code, "K-1"), order=coupons.Order(store.id, MORNING), key=KEY, now=MORNING).done
    coupons.reverse(session, done.redemption.id, store_id=store.id, reason="误核销", now=MORNING)
    latest = MORNING + policy.COUPON_LATEST_REPORT
    assert (coupon.status, coupons.forget_used_codes(session, now=latest, limit=9)) == ("ready", 0)
    assert told(session, store, code, "K-2", now=latest) == ("conflict", "coupons.code-used")
