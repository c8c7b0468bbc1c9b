from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from backend import members, points, purchases, tiers
from backend.purchases.models import PurchaseLine
from tests.factories.members import make_member
from tests.factories.purchases import make_receipt, make_store
from tests.support.clocks import LATE, MORNING

GIFT = 100  # for joining


@pytest.fixture
def member(session):
    return make_member(session)


@pytest.fixture
def store(session):
    return make_store(session)


def record(session, receipt, store, now=MORNING):
    return purchases.record(session, receipt, store_id=store.id, now=now)


def test_a_member_earns_points_and_growth(session, member, store):
    done = record(session, make_receipt(19_990, 5_000, member_id=member.id), store)
    bought = done.purchase
    assert done.created
    assert (bought.points_earned, bought.growth_earned, bought.tier_code) == (249, 249, "basic")
    assert bought.balance_after == points.summary(session, member.id, now=MORNING).available == GIFT + 249
    assert tiers.standing(session, member.id, now=MORNING).growth == 249


def test_points_are_earned_by_the_tier_before_the_purchase(session, member, store):
    first = record(session, make_receipt(200_000, member_id=member.id), store).purchase
    second = record(session, make_receipt(100_000, member_id=member.id), store).purchase
    assert (first.points_earned, first.tier_code) == (2_000, "silver")
    assert (second.points_earned, second.tier_code) == (1_200, "silver")


def test_points_and_payment_fall_to_the_lines(session, member, store):
    bought = record(session, make_receipt(100, 100, 100, member_id=member.id, paid_fen=200), store).purchase
    lines = session.scalars(select(PurchaseLine).where(PurchaseLine.purchase_id == bought.id)).all()
    assert [line.paid_fen for line in lines] == [67, 67, 66]
    assert [line.points for line in lines] == [1, 1, 0]


def test_a_purchase_without_a_member_is_kept_and_earns_nothing(session, store):
    bought = record(session, make_receipt(19_990), store).purchase
    assert (bought.points_earned, bought.growth_earned, bought.tier_code, bought.balance_after) == (0, 0, None, None)


def test_the_shop_day_is_that_of_the_payment(session, store):
    bought = record(session, make_receipt(100, paid_at=LATE + timedelta(minutes=1)), store, now=LATE).purchase
    assert bought.paid_on.isoformat() == "2026-03-02"


def test_a_repeat_is_answered_the_same_and_earns_nothing_more(session, member, store):
    receipt = make_receipt(19_990, member_id=member.id)
    first = record(session, receipt, store)
    again = record(session, receipt, store, now=MORNING + timedelta(days=90))
    assert (again.created, again.purchase) == (False, first.purchase)
    assert points.summary(session, member.id, now=MORNING).available == GIFT + 199


@pytest.mark.parametrize("change", [{"paid_fen": 1}, {"paid_at": MORNING - timedelta(seconds=1)}, {"member_id": None}])
def test_other_content_under_the_same_number_is_refused(session, member, store, change):
    receipt = make_receipt(19_990, member_id=member.id)
    record(session, receipt, store)
    with pytest.raises(purchases.OrderNoReused):
        record(session, replace(receipt, **change), store)


def test_a_member_named_later_is_other_content(session, member, store):
    receipt = make_receipt(19_990)
    record(session, receipt, store)
    with pytest.raises(purchases.OrderNoReused):
        record(session, replace(receipt, member_id=member.id), store)


def test_two_stores_may_use_the_same_number(session, member, store):
    receipt = make_receipt(19_990, member_id=member.id)
    record(session, receipt, store)
    assert record(session, receipt, make_store(session)).created


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"total_fen": 9_999}, purchases.TotalMismatch),
        ({"paid_fen": 10_001}, purchases.Overpaid),
        ({"paid_at": MORNING + timedelta(seconds=300, microseconds=1)}, purchases.PaidInFuture),
        ({"paid_at": MORNING - timedelta(days=30, microseconds=1)}, purchases.ReportedTooLate),
        ({"member_id": 404}, members.MemberUnknown),
    ],
)
def test_what_cannot_be_is_refused_by_name(session, store, change, refusal):
    with pytest.raises(refusal):
        record(session, make_receipt(10_000, **change), store)


@pytest.mark.parametrize("paid_at", [MORNING + timedelta(seconds=300), MORNING - timedelta(days=30)])
def test_the_bounds_of_time_belong_to_what_is_good(session, store, paid_at):
    assert record(session, make_receipt(100, paid_at=paid_at), store).created


@pytest.mark.parametrize(("status", "refusal"), [("blocked", members.Blocked), ("closed", members.Closed)])
def test_who_is_no_active_member_earns_nothing_new(session, member, store, status, refusal):
    receipt = make_receipt(100, member_id=member.id)
    record(session, receipt, store)
    member.status = status
    assert not record(session, receipt, store).created
    with pytest.raises(refusal):
        record(session, make_receipt(100, member_id=member.id), store)


def test_nothing_paid_earns_nothing_and_moves_nothing(session, member, store):
    bought = record(session, make_receipt(10_000, member_id=member.id, paid_fen=0), store).purchase
    assert (bought.points_earned, bought.growth_earned, bought.balance_after) == (0, 0, GIFT)
    assert bought.tier_code == "basic"


def test_points_that_have_expired_are_not_counted_in_the_balance(session, member, store):
    after_a_year = MORNING + timedelta(days=400)
    bought = record(session, make_receipt(100, member_id=member.id, paid_at=after_a_year), store, now=after_a_year)
    assert bought.purchase.balance_after == 1


def test_the_news_tells_of_a_purchase_once(session, member, store):
    told = []
    session.info["listeners"] = {**session.info["listeners"], purchases.PurchaseRecorded: [lambda _, f: told.append(f)]}
    receipt = make_receipt(19_990, member_id=member.id)
    record(session, receipt, store)
    record(session, receipt, store)
    assert told == [purchases.PurchaseRecorded(member.id, store.id, receipt.order_no, 19_990, 199, 199, MORNING)]
