import pytest

from backend import lifecycle, points, purchases, tiers
from backend.purchases import RefundRequest
from tests.factories.mall import give_points
from tests.factories.members import make_member
from tests.factories.purchases import make_purchase, make_receipt, make_store
from tests.support.clocks import MORNING

GIFT = 100


@pytest.fixture
def into(session):
    return make_member(session)


def merge(session, gone, into):
    session.flush()  # a merge locks what is written
    lifecycle.merge(session, gone_id=gone.id, into_id=into.id, by="anna", reason="同一人", now=MORNING)


def give_back(session, bought, amount_fen, refund_no="R1"):
    request = RefundRequest(refund_no, amount_fen=amount_fen)
    return purchases.refund(session, request, store_id=bought.store_id, order_no=bought.order_no, now=MORNING).refund


def balance(session, member):
    session.flush()  # what was done is read back
    found = points.summary(session, member.id, now=MORNING)
    return found.available, found.pending


def test_purchases_and_refunds_are_the_survivors(session, member, into, store):
    bought = make_purchase(session, 20_000, store_id=store.id, member_id=member.id)
    made = give_back(session, bought, 5_000)
    merge(session, member, into)
    for row in (bought, made):
        session.refresh(row)
        assert row.member_id == into.id


def test_what_is_returned_later_is_taken_back_from_the_survivor(session, member, into, store):
    bought = make_purchase(session, 20_000, store_id=store.id, member_id=member.id)
    merge(session, member, into)
    made = give_back(session, bought, 20_000)
    assert (made.member_id, made.points_taken, made.growth_taken, made.debt) == (into.id, 200, 200, 0)
    assert balance(session, into) == (2 * GIFT, 0)
    assert tiers.standing(session, into.id, now=MORNING).growth == 0
    assert list(points.verify(session, [member.id, into.id])) == []


def test_what_is_still_pending_shrinks_with_the_survivor(session, member, into):
    slow = make_store(session, return_days=7)
    bought = make_purchase(session, 20_000, store_id=slow.id, member_id=member.id)
    merge(session, member, into)
    assert balance(session, into) == (2 * GIFT, 200)
    give_back(session, bought, 5_000)
    assert balance(session, into) == (2 * GIFT, 150)


def test_points_that_paid_go_back_to_the_survivor(session, member, into, store):
    give_points(session, member.id, 900)
    parts = {"store_id": store.id, "member_id": member.id}
    bought = make_purchase(session, 2_000, paid_fen=1_000, points_to_use=1_000, **parts)
    merge(session, member, into)
    made = [give_back(session, bought, 500, f"R{part}") for part in range(4)]
    assert [one.points_returned for one in made] == [250] * 4
    assert sum(one.points_taken for one in made) == bought.points_earned
    assert balance(session, into) == (2 * GIFT + 900, 0)
    assert list(points.verify(session, [member.id, into.id])) == []


def test_a_sale_that_is_told_late_is_the_survivors_and_told_again_changes_nothing(session, member, into, store):
    before = make_receipt(20_000, member_id=member.id)
    purchases.record(session, before, store_id=store.id, now=MORNING)
    merge(session, member, into)
    assert not purchases.record(session, before, store_id=store.id, now=MORNING).created
    late = make_purchase(session, 10_000, store_id=store.id, member_id=member.id)
    assert (late.member_id, late.points_earned) == (into.id, 100)
    assert balance(session, into) == (2 * GIFT + 300, 0)


def test_a_sale_of_one_who_has_left_is_still_returned(session, member, store):
    receipt = make_receipt(20_000, member_id=member.id)
    bought = purchases.record(session, receipt, store_id=store.id, now=MORNING).purchase
    points.close(session, points.lock(session, member.id, now=MORNING), source_id=1, now=MORNING)
    session.flush()  # the account is read again
    made = give_back(session, bought, 5_000)
    assert (made.money_fen, made.points_taken, made.points_returned, made.balance_after) == (5_000, 0, 0, None)
    assert not purchases.record(session, receipt, store_id=store.id, now=MORNING).created
