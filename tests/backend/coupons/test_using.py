from datetime import timedelta

import pytest
from sqlalchemy import select

from backend import coupons, points, stores
from backend.coupons import using
from backend.coupons.facts import CouponRedeemed
from backend.coupons.tickets import Order
from backend.kit.errors import DomainError
from config import policy
from tests.backend.coupons.tickets import bill
from tests.factories.coupons import make_coupon
from tests.factories.members import make_member
from tests.factories.stores import make_store
from tests.factories.tiers import listen
from tests.support.clocks import MORNING

TEN = {"kind": "cash-off", "off_fen": 1_000}
ANY = {"others": "any"}


@pytest.fixture
def member(session):
    return make_member(session)


@pytest.fixture
def order(session):
    return Order(make_store(session).id, MORNING, "SO-1")


def redeem(session, member, told, order, *mine, now=MORNING):
    points.lock(session, member.id, now=now)
    return using.redeem_on_bill(session, member.id, told, [one.code for one in mine], order=order, now=now)


def code_of(call):
    with pytest.raises(DomainError) as refused:
        call()
    return refused.value.code


def test_redemptions_say_what_was_taken_off_and_who_owes_it(session, member, order):
    stores.create_brand(session, code="ZHAOLU", name="朝露")
    session.flush()
    settled = {"bearer": "brand", "brand": "ZHAOLU", "settlement_fen": 400}
    one = make_coupon(session, member, worth=TEN, stacking=ANY, cost=settled)
    other = make_coupon(session, member, worth={"kind": "percent-off", "price": 9_000}, stacking=ANY)
    heard = listen(session)
    done = redeem(session, member, bill(10_000, 5_000), order, one, other)
    session.flush()
    by_coupon = {made.coupon_id: made for made in done.redemptions}
    first, second = by_coupon[one.id], by_coupon[other.id]
    assert (first.discount_fen, first.settlement_fen, first.bearer, first.brand) == (1_000, 400, "brand", "ZHAOLU")
    assert (second.discount_fen, second.settlement_fen, second.goods_fen, second.turn) == (1_500, 1_500, 15_000, 1)
    assert (one.status, one.redemptions, one.ended_at) == ("redeemed", 1, MORNING)
    assert sorted(fact.discount_fen for fact in heard if isinstance(fact, CouponRedeemed)) == [1_000, 1_500]
    assert code_of(lambda: redeem(session, member, bill(15_000), order, one)) == "coupons.used"


def test_a_refused_coupon_changes_nothing(session, member, order):
    one, other = make_coupon(session, member, worth=TEN), make_coupon(session, member, worth=TEN)
    assert code_of(lambda: redeem(session, member, bill(5_000), order, one, other)) == "coupons.not-together"
    assert code_of(lambda: redeem(session, member, bill(5_000), order, one, one)) == "coupons.named-twice"
    assert session.scalars(select(coupons.Redemption)).all() == []
    assert [one.status, other.status] == ["ready", "ready"]


def test_a_late_report_is_judged_by_when_it_was_paid_within_reason(session, member, order):
    coupon = make_coupon(session, member, worth=TEN, validity={"days": 1})
    paid_at, late = coupon.valid_until - timedelta(seconds=1), coupon.valid_until + timedelta(days=1)
    coupon.status = "expired"
    session.flush()
    told = bill(5_000, at=using.judged_at(paid_at, late))
    assert redeem(session, member, told, order, coupon, now=late).priced.coupon_fen == 1_000
    too_late = paid_at + policy.COUPON_LATEST_REPORT + timedelta(seconds=1)
    assert using.judged_at(paid_at, too_late) == coupon.valid_until


def test_a_quote_tells_of_each_coupon_and_writes_nothing(session, member, order, count_statements):
    used = make_coupon(session, member, worth=TEN)
    kept = make_coupon(session, member, worth=TEN)
    kept.held_store_id, kept.held_order_no, kept.held_until = 1, "SO-9", MORNING + timedelta(minutes=1)
    far, gift = make_coupon(session, member), make_coupon(session, member, worth={"kind": "gift", "what": "杯子"})
    session.flush()
    with count_statements(session) as said:
        choice = using.quote_best(session, member.id, bill(5_000), order=order, now=MORNING)
    assert len(said) == 2
    assert [use.ticket.code for use in choice.priced.uses] == [used.code]
    why = {one.code: one.why.code for one in choice.refused}
    assert why == {kept.code: "coupons.held", far.code: "coupons.below-threshold"}
    codes = [gift.code, used.code, "0000000000000000", used.code]
    named = using.quote_named(session, member.id, bill(5_000), codes, order=order, now=MORNING)
    assert [use.ticket.code for use in named.priced.uses] == [used.code]
    assert {one.code: one.why.code for one in named.refused} == {
        gift.code: "coupons.not-for-bills",
        "0000000000000000": "coupons.unknown",
    }
    assert not session.dirty


def test_an_update_that_hits_no_row_aborts_it(session, member, order):
    coupon = make_coupon(session, member, worth=TEN)
    coupon.status = "revoked"
    session.flush()
    assert code_of(lambda: using.mark_redeemed(session, [coupon], now=MORNING)) == "coupons.used"
