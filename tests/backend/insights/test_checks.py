"""What is found wrong across the domains; each kind of damage is planted and found, and sound books are not blamed."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from backend import coupons, lifecycle, mall, points, purchases, tiers
from backend.insights import checks
from backend.mall.payments import Payment
from backend.points import Account, Entry, Pending, Source
from tests.factories.coupons import make_coupon, make_template
from tests.factories.mall import make_item
from tests.factories.members import make_member
from tests.factories.operators import make_operator
from tests.factories.purchases import make_purchase, make_store
from tests.support.clocks import MORNING

NEXT_WEEK = MORNING + timedelta(days=8)


@pytest.fixture
def member_id(session):
    return make_member(session).id


@pytest.fixture
def store(session):
    """Where points of a sale settle after a week."""
    return make_store(session, return_days=7)


@pytest.fixture
def purchase(session, member_id, store):
    return make_purchase(session, 10_000, store_id=store.id, member_id=member_id)


def refund(session, purchase, store, amount_fen, *, now=MORNING):
    request = purchases.RefundRequest(f"RF-{amount_fen}", amount_fen=amount_fen)
    purchases.refund(session, request, store_id=store.id, order_no=purchase.order_no, now=now)


def wrong(session, *member_ids):
    session.flush()
    return [(one.member_id, one.domain, one.place, one.what) for one in checks.of_members(session, member_ids)]


def test_sound_books_have_no_fault_whatever_became_of_a_purchase(session, member_id, store):
    waiting, cut, settled, returned = (
        make_purchase(session, 10_000, store_id=store.id, member_id=member_id) for _ in range(4)
    )
    at_once = make_purchase(session, 10_000, store_id=make_store(session).id, member_id=member_id)
    assert waiting.points_earned == at_once.points_earned == 100
    refund(session, cut, store, 3_000)
    points.lock(session, member_id, now=NEXT_WEEK)
    refund(session, settled, store, 2_000, now=NEXT_WEEK)
    refund(session, returned, store, 10_000, now=NEXT_WEEK)
    assert wrong(session, member_id) == []


def test_points_that_wait_pass_to_the_survivor_of_a_merge_without_a_fault(session, member_id, purchase, store):
    make_operator(session, "anna", role="admin")
    refund(session, purchase, store, 3_000)
    survivor = make_member(session).id
    lifecycle.merge(session, gone_id=member_id, into_id=survivor, reason="同一人", by="anna", now=MORNING)
    assert wrong(session, member_id, survivor) == []
    points.lock(session, survivor, now=NEXT_WEEK)
    assert wrong(session, survivor) == []


def test_a_purchase_that_says_more_than_the_ledger_has_is_found(session, member_id, purchase):
    purchase.points_earned += 1
    assert wrong(session, member_id) == [
        (member_id, "purchases", f"purchases {purchase.id}", "earned 101 and the ledger has 100")
    ]


def test_a_purchase_whose_points_are_gone_is_found(session, member_id, purchase):
    session.execute(delete(Pending).where(Pending.member_id == member_id))
    assert (member_id, "purchases", f"purchases {purchase.id}", "earned 100 and the ledger has 0") in wrong(
        session, member_id
    )


def test_a_purchase_that_earned_nothing_is_no_fault(session, member_id, store):
    made = make_purchase(session, 50, store_id=store.id, member_id=member_id)
    assert (made.points_earned, wrong(session, member_id)) == (0, [])


def test_a_line_of_the_journal_that_was_changed_is_found_and_nobody_else_is_blamed(session, member_id):
    other = make_member(session).id
    session.execute(update(Entry).where(Entry.member_id == member_id).values(amount=101))
    faults = wrong(session, member_id, other)
    assert faults[0] == (member_id, "points", "point_entries seq 1", "the line does not fit the chain")
    assert {one[0] for one in faults} == {member_id}


def test_points_set_aside_by_nobody_are_found(session, member_id):
    session.execute(update(Account).where(Account.member_id == member_id).values(held=5))
    assert "points" in {domain for _, domain, _, _ in wrong(session, member_id)}


def test_a_standing_that_its_journal_does_not_give_is_found(session, member_id, purchase):
    line = tiers.GrowthEntry
    session.execute(update(line).where(line.member_id == member_id).values(amount=line.amount + 1))
    assert "tiers" in {domain for _, domain, _, _ in wrong(session, member_id)}


def test_stock_that_disagrees_with_its_orders_is_found(session, member_id, rng):
    item, store = make_item(session), make_store(session)
    mall.exchange(session, member_id, {item.id: 1}, store_id=store.id, rng=rng, now=MORNING)
    assert checks.of_house(session) == []
    session.execute(update(mall.Stock).values(stock=mall.Stock.stock - 1))
    assert checks.of_house(session) == [
        checks.Broken(None, "mall", f"mall_stocks {item.id} at 0", "stock is 3 and should be 4")
    ]


def test_a_counter_of_coupons_that_is_not_what_it_counts_is_found_and_is_no_member_s(session, member_id):
    coupon = make_coupon(session, member_id, template=make_template(session, code="spring"))
    assert (checks.of_house(session), wrong(session, member_id)) == ([], [])
    session.execute(update(coupons.Template).values(issued=2))
    coupon.redemptions = 1
    assert checks.of_house(session) == [checks.Broken(None, "coupons", "template spring", "counted 2 and should be 1")]
    assert wrong(session, member_id) == [
        (None, "coupons", f"redemptions of coupon {coupon.id}", "counted 1 and should be 0")
    ]


def test_goods_without_their_money_are_found(session, member_id, rng):
    item, store = make_item(session, money_fen=500), make_store(session)
    order = mall.exchange(session, member_id, {item.id: 1}, store_id=store.id, rng=rng, now=MORNING)
    mall.pick_up(session, code=order.pickup_code, store_id=store.id, paid_fen=500, now=MORNING)
    assert checks.of_house(session) == []
    session.execute(delete(Payment))
    assert checks.of_house(session) == [
        checks.Broken(None, "mall", f"mall_orders {order.no}", "0 fen are paid and should be 500")
    ]


def test_many_members_cost_as_many_statements_as_few(session, store, count_statements):
    def cost(size):
        member_ids = [make_member(session).id for _ in range(size)]
        for member_id in member_ids:
            make_purchase(session, 10_000, store_id=store.id, member_id=member_id)
            account = points.lock(session, member_id, now=MORNING)
            points.reserve(session, account, 5, source=Source("exchange", 1), until=None, now=MORNING)
        session.flush()
        with count_statements(session) as said:
            checks.of_members(session, member_ids)
        return len(said)

    assert cost(2) == cost(12)
