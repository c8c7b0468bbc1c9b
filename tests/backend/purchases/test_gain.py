from datetime import date, timedelta

import pytest

from backend import points, purchases, tiers
from backend.kit.calendar import day_end
from backend.purchases import Line, RefundRequest
from tests.factories.earning import make_rule, publish
from tests.factories.members import make_member
from tests.factories.purchases import make_purchase, make_receipt, make_store
from tests.support.clocks import LATE, MORNING

GIFT = 100
LAST_DAY = date(2026, 3, 8)  # a week after the sale


def balance(session, member, now=MORNING):
    session.flush()  # what was done is read back
    found = points.summary(session, member.id, now=now)
    return found.available, found.pending


def give_back(session, bought, amount_fen, *, refund_no="R1", now=MORNING):
    request = RefundRequest(refund_no, amount_fen=amount_fen)
    return purchases.refund(session, request, store_id=bought.store_id, order_no=bought.order_no, now=now).refund


@pytest.fixture
def slow(session):
    """A store that takes goods back for a week."""
    return make_store(session, return_days=7)


def test_points_come_in_when_the_last_day_for_returns_is_over(session, member, slow):
    bought = make_purchase(session, 20_000, store_id=slow.id, member_id=member.id)
    settles = day_end(LAST_DAY)
    assert (bought.points_earned, bought.settles_at, bought.balance_after) == (200, settles, GIFT)
    assert balance(session, member, settles - timedelta(microseconds=1)) == (GIFT, 200)
    assert balance(session, member, settles) == (GIFT + 200, 0)


def test_the_week_is_counted_from_the_shop_day_of_the_payment(session, member, slow):
    just_before_midnight, later = LATE, LATE + timedelta(hours=2)
    receipt = make_receipt(20_000, member_id=member.id, paid_at=just_before_midnight)
    bought = purchases.record(session, receipt, store_id=slow.id, now=later).purchase
    assert bought.settles_at == day_end(LAST_DAY)


def test_a_store_without_returns_pays_at_once(session, member, store):
    bought = make_purchase(session, 20_000, store_id=store.id, member_id=member.id)
    assert (bought.settles_at, bought.balance_after) == (None, GIFT + 200)


def test_a_sale_that_is_told_after_the_week_pays_at_once(session, member, slow):
    receipt = make_receipt(20_000, member_id=member.id, paid_at=MORNING)
    bought = purchases.record(session, receipt, store_id=slow.id, now=day_end(LAST_DAY)).purchase
    assert (bought.settles_at, bought.balance_after) == (None, GIFT + 200)


def test_later_days_for_returns_move_nothing_that_was_promised(session, member, slow):
    bought = make_purchase(session, 20_000, store_id=slow.id, member_id=member.id)
    slow.return_days = 30
    assert balance(session, member, bought.settles_at) == (GIFT + 200, 0)


def test_what_comes_back_in_the_week_shrinks_what_is_promised(session, member, slow):
    bought = make_purchase(session, 20_000, store_id=slow.id, member_id=member.id)
    made = give_back(session, bought, 5_000)
    assert (made.points_taken, made.debt, made.balance_after) == (50, 0, GIFT)
    assert balance(session, member) == (GIFT, 150)
    assert balance(session, member, bought.settles_at) == (GIFT + 150, 0)
    give_back(session, bought, 15_000, refund_no="R2")
    assert balance(session, member, bought.settles_at) == (GIFT, 0)


def test_what_comes_back_later_is_taken_out_of_the_account(session, member, slow):
    bought = make_purchase(session, 20_000, store_id=slow.id, member_id=member.id)
    made = give_back(session, bought, 5_000, now=bought.settles_at)
    assert (made.points_taken, made.balance_after) == (50, GIFT + 150)


def test_growth_counts_at_once_and_by_the_tier_before(session, member, slow):
    make_purchase(session, 200_000, store_id=slow.id, member_id=member.id)
    bought = make_purchase(session, 100_000, store_id=slow.id, member_id=member.id)
    assert (bought.points_earned, bought.growth_earned, bought.tier_code) == (1_200, 1_000, "silver")
    assert tiers.standing(session, member.id, now=MORNING).growth == 3_000


def test_rules_see_the_store_the_counter_and_what_the_money_paid_of_each_line(session, rich, store):
    publish(
        session,
        make_rule("base"),
        make_rule("here", "gift", effect={"fixed": 7}, conditions={"stores": [store.code]}),
        make_rule("counter", "gift", effect={"per_yuan": 10_000}, conditions={"counters": ["1F-01"]}),
        make_rule("first", "gift", effect={"fixed": 11}, conditions={"first_purchase": True}),
    )
    lines = (
        Line("A", "围巾", 1, 10_000, counter="1F-01"),
        Line("B", "手套", 1, 10_000, counter="2F-01"),
    )
    receipt = make_receipt(10_000, 10_000, member_id=rich.id, paid_fen=19_000, points_to_use=1_000, lines=lines)
    bought = purchases.record(session, receipt, store_id=store.id, now=MORNING).purchase
    assert bought.points_earned == 190 + 7 + 95 + 11
    again = make_purchase(session, 10_000, store_id=make_store(session).id, member_id=rich.id)
    assert again.points_earned == 100


def test_points_that_paid_earn_nothing(session, rich, store):
    bought = make_purchase(session, 10_000, store_id=store.id, member_id=rich.id, paid_fen=9_000, points_to_use=1_000)
    assert (bought.points_earned, bought.growth_earned) == (90, 90)


def test_the_explanation_names_each_rule(session, member, store):
    publish(session, make_rule("base"), make_rule("gold", "gift", effect={"fixed": 9}, conditions={"tiers": ["gold"]}))
    bought = make_purchase(session, 10_000, store_id=store.id, member_id=member.id)
    told = purchases.explanation(session, store_id=store.id, order_no=bought.order_no)
    assert [(one.rule_code, one.outcome, one.condition, one.granted) for one in told] == [
        ("base", "matched", None, 100),
        ("gold", "skipped", "tiers", 0),
    ]


def test_a_sale_without_a_member_asks_no_rule(session, store):
    bought = make_purchase(session, 10_000, store_id=store.id)
    assert purchases.explanation(session, store_id=store.id, order_no=bought.order_no) == []
    with pytest.raises(purchases.UnknownPurchase):
        purchases.explanation(session, store_id=make_store(session).id, order_no=bought.order_no)


def test_a_sale_from_before_the_rules_is_taken_back_by_its_own_rates(session, store):
    """As migration 0006 leaves them: rates on the sale, no award."""
    member = make_member(session)
    old = purchases.Purchase(
        id=1,
        store_id=store.id,
        order_no="OLD-1",
        member_id=member.id,
        paid_at=MORNING,
        paid_on=MORNING.date(),
        total_fen=20_000,
        paid_fen=20_000,
        fingerprint=b"f" * 32,
        per_yuan=10_000,
        multiplier=15_000,
        points_earned=300,
        growth_earned=0,
        recorded_at=MORNING,
    )
    line = {"line_no": 1, "sku": "A", "name": "围巾", "qty": 1, "amount_fen": 20_000, "paid_fen": 20_000}
    session.add(old)
    session.flush()  # the line refers to it
    session.add(purchases.PurchaseLine(purchase_id=old.id, **line, points=300))
    account = points.lock(session, member.id, now=MORNING)
    points.credit(session, account, 300, source=points.Source("purchase", old.id), now=MORNING)
    taken = [give_back(session, old, 67, refund_no=f"R{part}").points_taken for part in range(10)]
    assert sum(taken) == 300 - 19_330 * 15_000 // 1_000_000
    assert give_back(session, old, 19_330, refund_no="last").points_taken == 300 - sum(taken)
    assert balance(session, member) == (GIFT, 0)
    assert purchases.explanation(session, store_id=store.id, order_no="OLD-1") == []
