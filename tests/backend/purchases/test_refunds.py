from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from backend import points, purchases, tiers
from backend.kit.db import Sessions
from backend.purchases import RefundRequest, ReturnedLine, rules
from backend.purchases.models import PurchaseLine, RefundLine
from tests.factories.members import make_member
from tests.factories.purchases import make_purchase, make_receipt, make_store
from tests.support.clocks import MORNING

GIFT = 100


@pytest.fixture
def member(session):
    return make_member(session)


@pytest.fixture
def store(session):
    return make_store(session)


def refund(session, bought, refund_no="R1", *lines, amount=None, now=MORNING):
    request = RefundRequest(refund_no, lines=lines, amount_fen=amount)
    return purchases.refund(session, request, store_id=bought.store_id, order_no=bought.order_no, now=now)


def left_of(session, bought):
    lines = select(PurchaseLine).where(PurchaseLine.purchase_id == bought.id).order_by(PurchaseLine.line_no)
    return [line.paid_fen - line.refunded_fen for line in session.scalars(lines)]


def parts_of(session, made):
    lines = select(RefundLine.line_no, RefundLine.amount_fen).where(RefundLine.refund_id == made.id)
    return {row.line_no: row.amount_fen for row in session.execute(lines)}


def test_an_unknown_order_and_another_stores_order_are_unknown_alike(session, store):
    bought = make_purchase(session, 100, store_id=store.id)
    for store_id, order_no in ((store.id, "SO-none"), (make_store(session).id, bought.order_no)):
        with pytest.raises(purchases.UnknownPurchase):
            purchases.refund(
                session, RefundRequest("R1", amount_fen=1), store_id=store_id, order_no=order_no, now=MORNING
            )


def test_a_returned_line_takes_back_what_it_earned(session, member, store):
    bought = make_purchase(session, 20_000, 10_000, store_id=store.id, member_id=member.id)
    made = refund(session, bought, "R1", ReturnedLine(2)).refund
    assert (made.amount_fen, made.points_taken, made.growth_taken, made.debt) == (10_000, 100, 100, 0)
    assert (made.balance_after, made.tier_code) == (GIFT + 200, "basic")
    assert parts_of(session, made) == {2: 10_000}
    assert left_of(session, bought) == [20_000, 0]
    assert tiers.standing(session, member.id).growth == 200


def test_an_amount_falls_to_what_is_left_of_the_lines(session, member, store):
    bought = make_purchase(session, 300, 100, store_id=store.id, member_id=member.id)
    refund(session, bought, "R1", ReturnedLine(1, 200))
    made = refund(session, bought, "R2", amount=100).refund
    assert parts_of(session, made) == {1: 50, 2: 50}
    assert left_of(session, bought) == [50, 50]


def test_a_whole_refund_in_ten_parts_takes_back_the_only_point(session, member, store):
    bought = make_purchase(session, 199, store_id=store.id, member_id=member.id)
    taken = [refund(session, bought, f"R{part}", amount=19).refund.points_taken for part in range(10)]
    assert sum(taken) == bought.points_earned == 1


def test_a_refund_may_lower_the_tier_and_is_reckoned_by_the_old_rate(session, member, store):
    make_purchase(session, 200_000, store_id=store.id, member_id=member.id)
    bought = make_purchase(session, 900_000, store_id=store.id, member_id=member.id)
    assert (bought.points_earned, bought.tier_code) == (10_800, "gold")
    made = refund(session, bought, amount=900_000).refund
    assert (made.points_taken, made.growth_taken, made.tier_code) == (10_800, 9_000, "silver")


def test_points_that_are_spent_become_a_debt(session, member, store):
    bought = make_purchase(session, 20_000, store_id=store.id, member_id=member.id)
    account = points.lock(session, member.id, now=MORNING)
    points.spend(session, account, 250, source=points.Source("exchange", 1), now=MORNING)
    made = refund(session, bought, amount=20_000).refund
    assert (made.points_taken, made.debt, made.balance_after) == (200, 150, -150)


def test_a_refund_without_a_member_moves_money_only(session, store):
    bought = make_purchase(session, 20_000, store_id=store.id)
    made = refund(session, bought, amount=5_000).refund
    assert (made.points_taken, made.growth_taken, made.balance_after, made.tier_code) == (0, 0, None, None)
    assert bought.refunded_fen == 5_000


def test_a_blocked_member_still_gives_back(session, member, store):
    bought = make_purchase(session, 20_000, store_id=store.id, member_id=member.id)
    member.status = "blocked"
    assert refund(session, bought, amount=20_000).refund.points_taken == 200


def test_a_repeat_is_answered_the_same_and_takes_nothing_more(session, member, store):
    bought = make_purchase(session, 20_000, store_id=store.id, member_id=member.id)
    first = refund(session, bought, amount=20_000)
    again = refund(session, bought, amount=20_000, now=MORNING + timedelta(days=1))
    assert (first.created, again.created, again.refund) == (True, False, first.refund)
    assert tiers.standing(session, member.id).growth == 0


def test_other_content_under_the_same_refund_number_is_refused(session, store):
    bought = make_purchase(session, 20_000, store_id=store.id)
    refund(session, bought, amount=100)
    with pytest.raises(purchases.RefundNoReused):
        refund(session, bought, amount=101)
    with pytest.raises(purchases.RefundNoReused):
        refund(session, bought, "R1", ReturnedLine(1, 100))


@pytest.mark.parametrize(
    ("lines", "amount", "refusal"),
    [
        ((), 20_001, purchases.RefundExceeds),
        ((), 0, purchases.RefundExceeds),
        ((ReturnedLine(1, 10_001),), None, purchases.RefundExceeds),
        ((ReturnedLine(3),), None, purchases.UnknownLine),
        ((ReturnedLine(1, 1), ReturnedLine(1, 2)), None, purchases.UnknownLine),
    ],
)
def test_what_cannot_be_given_back_is_refused_by_name(session, store, lines, amount, refusal):
    bought = make_purchase(session, 10_000, 10_000, store_id=store.id)
    with pytest.raises(refusal):
        refund(session, bought, "R1", *lines, amount=amount)
    assert (bought.refunded_fen, left_of(session, bought)) == (0, [10_000, 10_000])


def test_a_line_is_given_back_whole_once(session, store):
    bought = make_purchase(session, 10_000, 10_000, store_id=store.id)
    refund(session, bought, "R1", ReturnedLine(1))
    with pytest.raises(purchases.RefundExceeds):
        refund(session, bought, "R2", ReturnedLine(1), ReturnedLine(2))
    assert left_of(session, bought) == [0, 10_000]


def test_the_news_tells_of_a_refund_once(session, member, store):
    told = []
    session.info["listeners"] = {**session.info["listeners"], purchases.PurchaseRefunded: [lambda _, f: told.append(f)]}
    bought = make_purchase(session, 20_000, store_id=store.id, member_id=member.id)
    refund(session, bought, amount=20_000)
    refund(session, bought, amount=20_000)
    assert told == [purchases.PurchaseRefunded(member.id, store.id, bought.order_no, "R1", 20_000, 200, 200, MORNING)]


@st.composite
def baskets_and_cuts(draw):
    amounts = draw(st.lists(st.integers(1, 3_000), min_size=1, max_size=4))
    cuts = draw(st.lists(st.tuples(st.integers(0, 4), st.integers(1, 2_000)), max_size=8))
    return amounts, draw(st.integers(0, sum(amounts))), cuts


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(baskets_and_cuts())
def test_taken_back_is_earned_less_kept_however_refunds_are_cut(sessions: Sessions, basket):
    amounts, paid, cuts = basket
    with sessions.write() as session:
        member, store = make_member(session), make_store(session)
        bought = make_purchase(session, *amounts, store_id=store.id, member_id=member.id, paid_fen=paid)
        taken = grown = 0
        for number, (line_no, wanted) in enumerate(cuts):
            left = left_of(session, bought)
            most = sum(left) if line_no == 0 else left[line_no - 1] if line_no <= len(left) else 0
            if not most:
                continue
            amount = min(wanted, most)
            lines = () if line_no == 0 else (ReturnedLine(line_no, amount),)
            made = refund(session, bought, f"R{number}", *lines, amount=None if lines else amount).refund
            taken, grown = taken + made.points_taken, grown + made.growth_taken
            kept = bought.paid_fen - bought.refunded_fen
            assert taken == bought.points_earned - rules.points_for(kept, per_yuan=10_000, multiplier=10_000)
            assert grown == bought.growth_earned - kept // 100
            assert sum(left_of(session, bought)) == kept
        assert points.balance_at(session, member.id, at=MORNING) == GIFT + bought.points_earned - taken
        assert list(points.verify(session, [member.id])) == []


def test_a_receipt_may_name_a_gift_that_costs_nothing(session, store):
    bought = purchases.record(session, make_receipt(10_000, 0), store_id=store.id, now=MORNING).purchase
    assert refund(session, bought, amount=10_000).refund.amount_fen == 10_000
