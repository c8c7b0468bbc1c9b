from datetime import timedelta

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from backend import points, purchases, tiers
from backend.kit.db import Sessions
from backend.purchases import RefundRequest, ReturnedLine, rules
from backend.purchases.models import PurchaseLine, RefundLine
from tests.factories.earning import make_rule, publish
from tests.factories.mall import give_points
from tests.factories.members import make_member
from tests.factories.purchases import make_purchase, make_receipt, make_store
from tests.support.clocks import MORNING

GIFT = 100


def refund(session, bought, refund_no="R1", *lines, amount=None, now=MORNING):
    request = RefundRequest(refund_no, lines=lines, amount_fen=amount)
    return purchases.refund(session, request, store_id=bought.store_id, order_no=bought.order_no, now=now)


def left_of(session, bought):
    lines = select(PurchaseLine).where(PurchaseLine.purchase_id == bought.id).order_by(PurchaseLine.line_no)
    return [line.value_fen - line.refunded_fen for line in session.scalars(lines)]


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
    assert tiers.standing(session, member.id, now=MORNING).growth == 200


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
    assert tiers.standing(session, member.id, now=MORNING).growth == 0


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


def pay_with_points(session, store, *amounts_fen, points_to_use, **parts):
    """A purchase of a member with plenty of points, who pays the rest in money."""
    member = make_member(session)
    session.flush()  # the points that it has are read
    give_points(session, member.id, points_to_use + 50 - points.summary(session, member.id, now=MORNING).available)
    paid = sum(amounts_fen) - points_to_use
    return member, make_purchase(
        session,
        *amounts_fen,
        store_id=store.id,
        member_id=member.id,
        paid_fen=paid,
        points_to_use=points_to_use,
        **parts,
    )


def test_money_and_points_go_back_as_they_were_paid(session, store):
    member, bought = pay_with_points(session, store, 20_000, 10_000, points_to_use=6_000)
    made = refund(session, bought, "R1", ReturnedLine(2)).refund
    assert (made.amount_fen, made.money_fen, made.points_returned) == (10_000, 8_000, 2_000)
    assert (made.points_taken, made.growth_taken) == (80, 80)
    assert made.balance_after == 50 + 160 + 2_000
    rest = refund(session, bought, "R2", amount=20_000).refund
    assert (rest.money_fen, rest.points_returned, rest.points_taken) == (16_000, 4_000, 160)
    assert points.summary(session, member.id, now=MORNING).available == 6_050


def test_the_amount_is_the_value_of_the_goods_and_no_more_than_was_given_for_them(session, store):
    _, bought = pay_with_points(session, store, 20_000, points_to_use=6_000)
    with pytest.raises(purchases.RefundExceeds) as refusal:
        refund(session, bought, amount=20_001)
    assert refusal.value.details == {"left_fen": 20_000}
    assert refund(session, bought, amount=20_000).refund.money_fen == 14_000


def test_points_go_back_into_the_lots_that_paid_with_their_old_expiry(session, store):
    member = make_member(session)
    give_points(session, member.id, 1_000, expiry=points.Expiry("months", 1))
    give_points(session, member.id, 1_000, expiry=points.Expiry("months", 6))
    before = points.summary(session, member.id, now=MORNING).expiring
    bought = make_purchase(session, 4_000, store_id=store.id, member_id=member.id, paid_fen=2_500, points_to_use=1_500)
    refund(session, bought, amount=4_000)
    session.flush()  # what was done is read back
    assert points.summary(session, member.id, now=MORNING).expiring == before


def test_points_that_have_expired_meanwhile_come_back_expired(session, store):
    member = make_member(session)
    give_points(session, member.id, 1_000, expiry=points.Expiry("months", 1))
    bought = make_purchase(session, 4_000, store_id=store.id, member_id=member.id, paid_fen=3_000, points_to_use=1_000)
    later = MORNING + timedelta(days=60)
    made = refund(session, bought, amount=4_000, now=later).refund
    assert (made.points_returned, made.points_taken, made.balance_after) == (1_000, 30, GIFT)


def test_points_that_come_back_cover_what_is_taken_back_before_anything_is_owed(session, store):
    member, bought = pay_with_points(session, store, 20_000, points_to_use=6_000)
    account = points.lock(session, member.id, now=MORNING)
    points.spend(session, account, 50 + 140, source=points.Source("exchange", 1), now=MORNING)
    made = refund(session, bought, amount=20_000).refund
    assert (made.points_returned, made.points_taken, made.debt, made.balance_after) == (6_000, 140, 0, 5_860)
    assert account.debt == 0


def test_points_that_were_set_aside_go_back_like_others(session, store):
    member = make_member(session)
    give_points(session, member.id, 900)
    asked = {"store_id": store.id, "order_no": "SO-1", "now": MORNING}
    purchases.hold_points(session, member_id=member.id, wanted=1_000, **asked)
    bought = make_purchase(
        session,
        4_000,
        store_id=store.id,
        member_id=member.id,
        order_no="SO-1",
        paid_fen=3_400,
        points_to_use=600,
    )
    assert points.summary(session, member.id, now=MORNING).available == 400 + 34
    made = [refund(session, bought, f"R{part}", amount=1_000).refund for part in range(4)]
    assert [(one.money_fen, one.points_returned) for one in made] == [(850, 150)] * 4
    assert points.summary(session, member.id, now=MORNING).available == 1_000


def test_a_frozen_account_gets_its_points_back(session, store):
    member, bought = pay_with_points(session, store, 20_000, points_to_use=6_000)
    points.freeze(session, points.lock(session, member.id, now=MORNING), reason="audit", now=MORNING)
    made = refund(session, bought, amount=20_000).refund
    assert (made.points_returned, made.balance_after) == (6_000, 6_050)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.integers(1, 3_000), min_size=1, max_size=4),
    st.integers(1, 5),
    st.lists(st.tuples(st.integers(0, 4), st.integers(1, 2_000)), max_size=8),
    st.booleans(),
)
def test_however_a_refund_is_cut_all_that_paid_goes_back_and_all_that_was_earned_is_taken(
    sessions: Sessions, amounts, hundreds, cuts, waits
):
    """L10 with points as cash: what has come back in all decides what was returned and taken in all."""
    with sessions.write() as session:
        store = make_store(session, return_days=7 if waits else 0)
        used = min(hundreds * 100, sum(amounts) // 200 * 100)
        assume(used)
        publish(session, make_rule("base"), make_rule("twice", "bonus", effect={"multiplier": 20_000}))
        member, bought = pay_with_points(session, store, *amounts, points_to_use=used)
        wanted = [*cuts, (0, sum(amounts))]
        back = {"money": 0, "points": 0, "taken": 0, "growth": 0}
        for number, (line_no, most) in enumerate(wanted):
            left = left_of(session, bought)
            there_is = sum(left) if line_no == 0 else left[line_no - 1] if line_no <= len(left) else 0
            if not there_is:
                continue
            amount = min(most, there_is)
            lines = () if line_no == 0 else (ReturnedLine(line_no, amount),)
            made = refund(session, bought, f"R{number}", *lines, amount=None if lines else amount).refund
            assert min(made.money_fen, made.points_returned, made.points_taken, made.growth_taken) >= 0
            back["money"] += made.money_fen
            back["points"] += made.points_returned
            back["taken"] += made.points_taken
            back["growth"] += made.growth_taken
            value, gone = bought.value_fen, bought.refunded_fen
            assert back["money"] == -(-gone * bought.paid_fen // value)
            assert back["points"] == gone * used // value
            assert back["growth"] == bought.growth_earned - (bought.paid_fen - back["money"]) // 100
        assert back == {
            "money": bought.paid_fen,
            "points": used,
            "taken": bought.points_earned,
            "growth": bought.growth_earned,
        }
        session.flush()  # what was done is read back
        found = points.summary(session, member.id, now=MORNING)
        assert (found.available, found.pending, found.debt) == (used + 50, 0, 0)
        assert list(points.verify(session, [member.id])) == []


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(200, 3_000), min_size=1, max_size=4), st.lists(st.integers(1, 2_000), max_size=6))
def test_two_ways_to_cut_a_refund_end_alike(sessions: Sessions, amounts, cuts):
    """The same lines come back, once in pieces and once in one go."""
    with sessions.write() as session:
        store = make_store(session)
        (one, pieces), (other, whole) = (pay_with_points(session, store, *amounts, points_to_use=100) for _ in range(2))
        for number, most in enumerate(cuts):
            left = left_of(session, pieces)
            line_no = max(range(len(left)), key=left.__getitem__)
            if amount := min(most, left[line_no]):
                refund(session, pieces, f"R{number}", ReturnedLine(line_no + 1, amount))
        gone = [amount - left for amount, left in zip(amounts, left_of(session, pieces), strict=True)]
        if any(gone):
            lines = [ReturnedLine(number, fen) for number, fen in enumerate(gone, start=1) if fen]
            refund(session, whole, "R1", *lines)
        session.flush()  # what was done is read back
        assert pieces.refunded_fen == whole.refunded_fen
        assert sums_of(session, pieces) == sums_of(session, whole)
        ends = [points.summary(session, who.id, now=MORNING) for who in (one, other)]
        assert (ends[0].available, ends[0].debt) == (ends[1].available, ends[1].debt)


def sums_of(session, bought):
    """All that went back and was taken for a purchase."""
    made = session.scalars(select(purchases.Refund).where(purchases.Refund.purchase_id == bought.id)).all()
    return [
        sum(getattr(one, name) for one in made)
        for name in ("money_fen", "points_returned", "points_taken", "growth_taken")
    ]
