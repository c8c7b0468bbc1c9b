"""Where the lines of a statement lead, with what really caused them."""

from datetime import timedelta

import pytest

from backend import adjustments, benefits, checkin, families, insights, mall, points, purchases
from backend.insights.causes import FINDERS
from backend.points import Source
from tests.factories.adjustments import make_adjustment, make_grant
from tests.factories.benefits import PLATE, make_car, offer, parking
from tests.factories.draws import gift, make_draw, play
from tests.factories.families import allow_transfers, make_family
from tests.factories.mall import make_item
from tests.factories.members import make_member
from tests.factories.operators import make_operator
from tests.factories.purchases import make_purchase, make_store
from tests.support.clocks import MORNING


@pytest.fixture
def member(session):
    return make_member(session)


@pytest.fixture
def store(session):
    return make_store(session)


def leads(session, member_id, **which):
    """(words, kind, id, words of the link) of the lines, newest first; the gift for joining is left out."""
    session.flush()
    lines = insights.statement(session, member_id, limit=50, **which)
    return [
        (line.words, *((line.link.kind, line.link.id, line.link.words) if line.link else ()))
        for line in lines
        if line.words != "入会礼"
    ]


def test_a_purchase_and_its_refund_lead_to_the_store_and_the_order(session, member, store):
    made = make_purchase(session, 10_000, store_id=store.id, member_id=member.id)
    request = purchases.RefundRequest("RF-1", amount_fen=5_000)
    purchases.refund(session, request, store_id=store.id, order_no=made.order_no, now=MORNING)
    assert leads(session, member.id) == [
        ("退货扣回", "refund", "RF-1", f"南京路店 {made.order_no} 退货 RF-1"),
        ("消费获得", "purchase", made.order_no, f"南京路店 {made.order_no}"),
    ]


def test_points_of_several_expiries_and_points_used_as_cash_lead_to_their_purchase(session, member, store):
    made = make_purchase(session, 100, store_id=store.id)
    account = points.lock(session, member.id, now=MORNING)
    points.credit(session, account, 5, source=Source("purchase", f"{made.id}:2"), now=MORNING)
    points.spend(session, account, 5, source=Source("cash", made.id), now=MORNING)
    order = (made.order_no, f"南京路店 {made.order_no}")
    assert leads(session, member.id) == [("积分抵现", "purchase", *order), ("消费获得", "purchase", *order)]


def test_a_play_and_its_prize_lead_to_the_draw(session, member):
    draw = make_draw(session, gift())
    play(session, member.id, draw)
    link = ("draw", str(draw.id), "周年庆抽奖")
    assert leads(session, member.id) == [("抽奖奖品", *link), ("抽奖使用", *link)]


def test_points_for_parking_lead_to_the_stay(session, member, store):
    offer(session, parking())
    make_car(session, member.id, most_points=50)
    stay = benefits.Stay("P1", PLATE, 90)
    made, _ = benefits.deduct(session, stay, store_id=store.id, now=MORNING)
    benefits.reverse_deduction(session, made.id, store_id=store.id, by="till:1", now=MORNING)
    link = ("parking", str(made.id), "南京路店 P1")
    assert leads(session, member.id) == [("停车抵扣退回", *link), ("停车抵扣", *link)]


def test_an_exchange_leads_to_the_order_and_the_item(session, member, store, rng):
    item = make_item(session)
    order = mall.exchange(session, member.id, {item.id: 1}, store_id=store.id, rng=rng, now=MORNING)
    assert leads(session, member.id) == []
    mall.pick_up(session, code=order.pickup_code, store_id=store.id, now=MORNING)
    assert leads(session, member.id) == [("积分兑换", "exchange", order.no, f"陶瓷杯 {order.no}")]


def test_a_check_in_leads_to_its_day(session, member):
    checkin.check_in(session, member.id, now=MORNING)
    assert leads(session, member.id) == [("签到奖励", "check-in", "2026-03-01", "2026年3月1日签到")]


def test_an_expiry_leads_to_the_last_day(session, member):
    account = points.lock(session, member.id, now=MORNING)
    points.credit(session, account, 5, source=Source("survey", 1), now=MORNING, expiry=points.Expiry("months", 1))
    points.lock(session, member.id, now=MORNING + timedelta(days=40))
    assert leads(session, member.id)[0] == ("积分过期", "expiry", "2026-04-01", "有效期至2026年4月1日")


def test_an_adjustment_and_a_grant_lead_to_their_reasons(session, member):
    make_operator(session, "chen")
    make_operator(session, "anna", role="admin")
    adjusted = make_adjustment(session, member.id, 200)
    grant = make_grant(session, {member.card_no: 50})
    account = points.lock(session, member.id, now=MORNING)
    points.credit(session, account, 50, source=Source("grant", grant.id), now=MORNING)
    adjustments.reverse(session, adjusted.id, note="误记", by="chen", now=MORNING)
    reason = adjusted.reason_words
    assert leads(session, member.id) == [
        ("调整撤销", "adjustment", str(adjusted.id), reason),
        ("积分赠送", "grant", str(grant.id), grant.reason_words),
        ("积分调整", "adjustment", str(adjusted.id), reason),
    ]


def test_a_transfer_leads_to_the_other_one_whose_name_is_masked(session):
    allow_transfers(session)
    giver, taker = make_family(session, make_member(session, nickname="李小明"), make_member(session, nickname="王芳"))
    account = points.lock(session, giver.id, now=MORNING)
    points.credit(session, account, 5, source=Source("survey", 1), now=MORNING, expiry=points.Expiry("never"))
    given = families.transfer(session, giver.id, to_member_id=taker.id, amount=105, now=MORNING)
    assert leads(session, giver.id)[0] == ("转赠积分", "transfer", str(given.id), "转赠给王*")
    # one line for each expiry that arrives
    assert leads(session, taker.id) == [("收到转赠", "transfer", str(given.id), "李*转赠")] * 2


def test_a_gift_of_a_tier_leads_to_the_tier(session, member):
    account = points.lock(session, member.id, now=MORNING)
    points.credit(session, account, 66, source=Source("tier-gift", "gold:7"), now=MORNING)
    points.credit(session, account, 66, source=Source("tier-gift", "gone:8"), now=MORNING)
    assert leads(session, member.id) == [("等级礼",), ("等级礼", "tier", "gold", "金卡")]


def test_what_is_gone_or_has_no_number_leads_nowhere(session, member):
    account = points.lock(session, member.id, now=MORNING)
    for kind in ("purchase", "adjustment", "grant", "transfer-in"):
        points.credit(session, account, 5, source=Source(kind, 404), now=MORNING)
        points.credit(session, account, 5, source=Source(kind, "emptied"), now=MORNING)
    assert {len(line) for line in leads(session, member.id)} == {1}


def test_a_page_costs_one_statement_for_each_kind_of_cause(session, member, store, count_statements):
    def cost():
        session.flush()
        with count_statements(session) as said:
            insights.statement(session, member.id, limit=50)
        return len(said)

    for number in range(3):
        make_purchase(session, 10_000, store_id=store.id, member_id=member.id)
        checkin.check_in(session, member.id, now=MORNING + timedelta(days=number))
    few = cost()
    for number in range(3, 15):
        make_purchase(session, 10_000, store_id=store.id, member_id=member.id)
        checkin.check_in(session, member.id, now=MORNING + timedelta(days=number))
    assert cost() == few == 2


def test_every_cause_that_leads_somewhere_has_its_own_words():
    assert set(FINDERS) <= set(insights.WORDS_BY_SOURCE)
