from datetime import timedelta

import pytest

from backend import points, purchases
from backend.purchases import RefundRequest
from backend.referrals import Invitation
from tests.factories.books import change_book
from tests.factories.purchases import make_purchase, make_store
from tests.factories.referrals import LONG_BEFORE, make_friend, make_inviter
from tests.support.clocks import MORNING

NOON = MORNING + timedelta(hours=3)


@pytest.fixture
def store(session):
    return make_store(session)


@pytest.fixture
def invited(session):
    """An invitation made by the rules that the test has set."""
    return lambda: session.get(Invitation, make_friend(session, make_inviter(session)).id)


def buy(session, row, *fen, store, now=NOON, **parts):
    bought = make_purchase(session, *fen, store_id=store.id, member_id=row.newcomer_id, now=now, **parts)
    session.flush()
    return bought


def refund(session, bought, fen, number="R1"):
    wish = RefundRequest(refund_no=number, amount_fen=fen)
    purchases.refund(session, wish, store_id=bought.store_id, order_no=bought.order_no, now=NOON)
    session.flush()


def test_the_first_purchase_of_enough_waits_for_its_window(session, invited, store):
    row = invited()
    buy(session, row, 9_999, store=store)
    assert row.state == "joined"
    first = buy(session, row, 10_000, store=store)
    buy(session, row, 90_000, store=store)
    assert (row.state, row.purchase_id, row.order_no) == ("bought", first.id, first.order_no)
    assert row.due_at.isoformat() == "2026-03-08T16:00:00+00:00"  # the end of the seventh day in Shanghai


def test_without_any_window_it_is_due_at_once(session, invited, store):
    change_book(session, "referral", wait_days=0)
    row = invited()
    buy(session, row, 10_000, store=store)
    assert row.due_at == NOON


def test_a_sale_that_gets_its_member_afterwards_counts_until_it_is_taken_away(session, invited, store):
    row = invited()
    bought = make_purchase(session, 10_000, store_id=store.id, now=NOON)
    account = points.lock(session, row.newcomer_id, now=NOON)
    purchases.adopt(session, account, bought.id, now=NOON)
    assert (row.state, row.purchase_id) == ("bought", bought.id)
    purchases.disown(session, account, bought.id, why=points.Source("receipt-undo", 1), now=NOON)
    assert (row.state, row.purchase_id) == ("joined", None)


def test_what_is_bought_after_the_time_does_not_count(session, invited, store):
    row = invited()
    buy(session, row, 10_000, store=store, now=row.buy_until)
    assert row.state == "joined"


def test_what_was_bought_before_joining_does_not_count(session, invited, store):
    row = invited()
    buy(session, row, 10_000, store=store, paid_at=MORNING - timedelta(hours=1))
    assert row.state == "joined"


def test_stores_and_categories_may_be_chosen(session, invited, store):
    change_book(session, "referral", stores=[store.code], categories=["服饰"])
    row = invited()
    buy(session, row, 50_000, store=make_store(session))
    assert row.state == "joined"
    buy(session, row, 5_000, 5_000, store=store)
    assert row.state == "bought"
    change_book(session, "referral", categories=["美妆"])
    other = invited()
    buy(session, other, 50_000, store=store)
    assert other.state == "joined"


def test_a_return_lets_the_next_purchase_count(session, invited, store):
    row = invited()
    first = buy(session, row, 12_000, store=store)
    refund(session, first, 2_000)
    assert row.purchase_id == first.id
    second = buy(session, row, 30_000, store=store, now=NOON + timedelta(days=1))
    refund(session, first, 1, number="R2")
    assert (row.state, row.purchase_id, row.paid_at) == ("bought", second.id, second.paid_at)


def test_a_return_of_the_only_one_lets_the_newcomer_begin_anew(session, invited, store):
    row = invited()
    refund(session, buy(session, row, 12_000, store=store), 12_000)
    assert (row.state, row.purchase_id, row.due_at) == ("joined", None, None)
    third = buy(session, row, 12_000, store=store)
    assert row.purchase_id == third.id


def test_a_return_of_another_purchase_changes_nothing(session, invited, store):
    row = invited()
    first, other = (buy(session, row, 12_000, store=store) for _ in range(2))
    refund(session, other, 12_000)
    assert (row.state, row.purchase_id) == ("bought", first.id)


def test_what_binds_later_rules_does_not_bind_earlier_invitations(session, invited, store):
    row = invited()
    change_book(session, "referral", least_fen=1_000_000)
    buy(session, row, 10_000, store=store)
    assert (row.state, row.bound_at > LONG_BEFORE) == ("bought", True)
