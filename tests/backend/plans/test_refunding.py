from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import select

from backend import payments, plans, points, tiers
from backend.coupons.models import Coupon, Template
from backend.wechat import RefundSaid
from tests.backend.plans.test_service import pay, place
from tests.factories.coupons import make_template
from tests.factories.payments import MCHID
from tests.factories.plans import GOLD, sell_plans
from tests.support.clocks import MORNING

TEA = GOLD | {
    "code": "tea",
    "family": "tea",
    "welcome_coupons": ["tea"],
    "monthly_coupons": ["cake"],
    "coupon_values": {"tea": 1_000},
    "counts_for_tier": True,
}
DAY = timedelta(days=1)


@pytest.fixture
def tea(session, member_id):
    for code in ("tea", "cake"):
        make_template(session, code=code)
    sell_plans(session, TEA)


def refund(session, order, now, **wish):
    return plans.refund(session, order.no, plans.Wish("li", "不想要了", **wish), rng=Random(5), now=now)


def quoted(session, order, now):
    return plans.quote_refund(session, order.no, now=now)[1].fen


@pytest.mark.parametrize(("days", "fen"), [(0, 12_000), (7, 12_000), (8, 11_736), (73, 9_600), (364, 32)])
def test_days_that_have_not_begun_go_back(session, buy, days, fen):
    order = buy(now=MORNING)
    at = MORNING + days * DAY
    assert quoted(session, order, at) == fen
    refund(session, order, at, expected_fen=fen)
    assert (order.status, order.refund_fen, order.refunded_at, order.ends_at) == ("refunded", fen, at, at)
    assert plans.benefits_of(session, order.member_id, now=at) == frozenset()


def test_it_goes_back_once(session, buy):
    order = buy(now=MORNING)
    assert refund(session, order, MORNING).refund_fen == refund(session, order, MORNING + 99 * DAY).refund_fen == 12_000


def test_what_was_agreed_on_is_what_goes_back(session, buy):
    order = buy(now=MORNING)
    with pytest.raises(plans.QuoteChanged):
        refund(session, order, MORNING + 8 * DAY, expected_fen=12_000)
    assert order.status == "paid"


def test_what_was_bought_for_later_goes_back_first_and_whole(session, buy):
    first, second = buy(now=MORNING), buy(now=MORNING)
    with pytest.raises(plans.RefundLaterFirst):
        refund(session, first, MORNING)
    assert refund(session, second, MORNING + 99 * DAY).refund_fen == 12_000
    assert refund(session, first, MORNING + 99 * DAY).refund_fen == 12_000 * 266 // 365
    assert plans.memberships(session, first.member_id, now=MORNING) == []


def test_used_coupons_are_taken_off_and_unused_ones_taken_back(session, tea, buy, member_id):
    order = buy("tea", now=MORNING)
    mine = {one.template.code: one for one in wallet(session, member_id)}
    redeem(session, mine["tea"].coupon)
    assert quoted(session, order, MORNING) == 11_000
    refund(session, order, MORNING)
    assert order.refund_fen == 11_000
    session.expire_all()
    assert {one.template.code: one.coupon.status for one in wallet(session, member_id)} == {
        "tea": "redeemed",
        "cake": "revoked",
    }


def test_a_worthless_coupon_that_was_used_ends_the_time_to_think_again(session, tea, buy, member_id):
    order = buy("tea", now=MORNING)
    redeem(session, next(one.coupon for one in wallet(session, member_id) if one.template.code == "cake"))
    assert quoted(session, order, MORNING + DAY) == 12_000 * 364 // 365


def test_benefits_that_were_used_are_taken_off_unless_undone(session, buy, member_id):
    order, use = buy(now=MORNING), points.Source("benefit-use", 7)
    for _ in range(2):
        plans.note_use(session, member_id, "lounge", worth_fen=2_000, source=use, now=MORNING)
    assert quoted(session, order, MORNING) == 10_000
    plans.undo_use(session, source=use, now=MORNING)
    assert quoted(session, order, MORNING) == 12_000


def test_where_nothing_is_left_the_membership_stays(session, buy, member_id):
    order = buy(now=MORNING)
    plans.note_use(session, member_id, "lounge", worth_fen=99_000, source=points.Source("u", 1), now=MORNING)
    with pytest.raises(plans.NothingToRefund):
        refund(session, order, MORNING)
    assert order.status == "paid"


def test_what_is_not_paid_or_over_does_not_go_back(session, buy, member_id):
    waiting, order = place(session, member_id, "baby"), buy(now=MORNING)
    for one, at in ((waiting, MORNING), (order, MORNING + 400 * DAY)):
        with pytest.raises(plans.NotRefundable):
            refund(session, one, at)


def test_a_reason_is_asked_for(session, buy):
    with pytest.raises(plans.ReasonRefused):
        plans.refund(session, buy(now=MORNING).no, plans.Wish("li", " "), rng=Random(1), now=MORNING)


def test_what_came_by_wechat_goes_back_by_wechat(session, member_id):
    order = place(session, member_id)
    pay(session, order)
    refund(session, order, MORNING + 73 * DAY)
    assert (order.status, order.refund_fen) == ("refunding", 9_600)
    (asked,) = payments.get(session, payments.for_purpose(session, "plan", str(order.id)).out_trade_no).refunds
    said = RefundSaid(asked.out_refund_no, "SUCCESS", 9_600)
    for _ in range(2):
        payments.settle_refund(session, said, mchid=MCHID, now=MORNING + 74 * DAY)
    assert (order.status, order.refunded_at) == ("refunded", MORNING + 74 * DAY)


def test_the_tier_is_left_for_the_rest_of_a_month_at_most(session, tea, buy, member_id):
    order = buy("tea", now=MORNING)
    account = points.lock(session, member_id, now=MORNING)
    assert order.gift_at == MORNING.replace(day=31, hour=16)
    assert tiers.standing(session, account.member_id, now=MORNING).tier.code


def test_nothing_is_paid_out_twice_or_without_reason(session, buy):
    with pytest.raises(plans.NotPaidOut):
        plans.pay_out(session, buy(now=MORNING).no, by="li", now=MORNING)


class Shown:
    def __init__(self, coupon, template):
        self.coupon, self.template = coupon, template


def wallet(session, member_id):
    rows = select(Coupon, Template).join(Template, Template.id == Coupon.template_id)
    return [Shown(*row) for row in session.execute(rows.where(Coupon.member_id == member_id))]


def redeem(session, coupon):
    coupon.status, coupon.redemptions = "redeemed", 1
    session.flush()
