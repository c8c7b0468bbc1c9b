from datetime import timedelta

import pytest

from backend import members, points, purchases
from backend.purchases import cash
from config import policy
from tests.factories.books import change_book
from tests.factories.members import make_member
from tests.factories.purchases import make_purchase, make_store
from tests.support.clocks import MORNING

OVER = MORNING + policy.CASH_HOLD_FOR


def hold(session, member, wanted, store, *, order_no="SO-1", now=MORNING):
    return purchases.hold_points(
        session, store_id=store.id, order_no=order_no, member_id=member.id, wanted=wanted, now=now
    )


def release(session, store, *, order_no="SO-1", now=MORNING):
    return purchases.release_points(session, store_id=store.id, order_no=order_no, now=now)


def balance(session, member, now=MORNING):
    session.flush()  # what was done is read back
    found = points.summary(session, member.id, now=now)
    return found.available, found.held


def test_points_are_set_aside_for_a_quarter_of_an_hour(session, rich, store):
    held = hold(session, rich, 400, store)
    assert (held.status, held.created, held.hold.until_at) == ("held", True, MORNING + timedelta(minutes=15))
    assert balance(session, rich) == (600, 400)
    assert balance(session, rich, OVER) == (1_000, 0)


def test_asked_for_again_it_is_answered_with_what_stands(session, rich, store):
    first = hold(session, rich, 400, store)
    again = hold(session, rich, 400, store, now=OVER - timedelta(microseconds=1))
    assert (again.hold, again.hold.until_at, again.created) == (first.hold, OVER, False)
    assert balance(session, rich) == (600, 400)


def test_other_points_for_the_order_are_refused_while_they_stand(session, rich, store):
    hold(session, rich, 400, store)
    other = make_member(session)
    for member, wanted in ((rich, 500), (other, 400)):
        with pytest.raises(purchases.OtherHold):
            hold(session, member, wanted, store)
    assert hold(session, rich, 100, make_store(session)).created


def test_after_a_release_and_after_their_time_points_are_set_aside_anew(session, rich, store):
    ids = [hold(session, rich, 400, store).hold.id]
    release(session, store)
    again = hold(session, rich, 500, store)
    ids.append(again.hold.id)
    late = hold(session, rich, 600, store, now=OVER)
    assert (again.created, late.created, late.hold.until_at) == (True, True, OVER + policy.CASH_HOLD_FOR)
    assert late.hold.id not in ids
    assert balance(session, rich, OVER) == (400, 600)


def test_another_member_may_take_the_order_over_once_it_is_free(session, rich, member, store):
    hold(session, rich, 400, store)
    release(session, store)
    assert hold(session, member, 100, store).hold.member_id == member.id
    assert (balance(session, rich), balance(session, member)) == ((1_000, 0), (0, 100))
    assert release(session, store).hold.member_id == member.id


def test_nothing_is_set_aside_for_a_sale_that_was_reported(session, rich, store):
    make_purchase(session, 10_000, store_id=store.id, order_no="SO-1")
    with pytest.raises(purchases.AlreadyReported):
        hold(session, rich, 400, store)


@pytest.mark.parametrize(("wanted", "refusal"), [(1_100, points.Insufficient), (150, cash.CashOutOfStep)])
def test_a_number_that_there_is_not_or_that_no_bill_takes_is_refused(session, rich, store, wanted, refusal):
    with pytest.raises(refusal):
        hold(session, rich, wanted, store)
    with pytest.raises(purchases.NothingHeld):
        release(session, store)


def test_what_a_tier_may_not_use_is_not_set_aside(session, rich, store):
    change_book(session, "cash", tiers={"basic": {"enabled": False}})
    with pytest.raises(cash.CashOff):
        hold(session, rich, 100, store)


@pytest.mark.parametrize(
    ("status", "refusal"), [("blocked", members.Blocked), ("closed", members.Closed), (None, members.MemberUnknown)]
)
def test_who_may_not_buy_with_a_card_holds_nothing(session, rich, store, status, refusal):
    rich.status = status or "active"
    with pytest.raises(refusal):
        purchases.hold_points(
            session,
            store_id=store.id,
            order_no="SO-1",
            member_id=rich.id if status else 404,
            wanted=100,
            now=MORNING,
        )


def test_a_release_frees_once_and_is_answered_alike(session, rich, store):
    hold(session, rich, 400, store)
    first = release(session, store)
    assert balance(session, rich) == (1_000, 0)
    again = release(session, store)
    assert (first.status, again.status, again.hold) == ("released", "released", first.hold)


def test_points_past_their_time_are_released_as_expired(session, rich, store):
    hold(session, rich, 400, store)
    assert release(session, store, now=OVER).status == "expired"
    assert release(session, store, now=OVER).status == "expired"
    assert balance(session, rich, OVER) == (1_000, 0)


def test_points_that_were_used_cannot_be_released(session, rich, store):
    hold(session, rich, 400, store)
    make_purchase(
        session, 10_000, store_id=store.id, order_no="SO-1", member_id=rich.id, paid_fen=9_600, points_to_use=400
    )
    with pytest.raises(points.HoldCaptured):
        release(session, store)


def test_what_was_never_set_aside_cannot_be_released(session, rich, store):
    hold(session, rich, 400, store)
    for asked in ({"store": store, "order_no": "SO-2"}, {"store": make_store(session)}):
        with pytest.raises(purchases.NothingHeld):
            release(session, **asked)


def test_a_hold_ends_with_its_account_and_is_told_so(session, rich, store):
    hold(session, rich, 400, store)
    points.close(session, points.lock(session, rich.id, now=MORNING), source_id=1, now=MORNING)
    session.flush()  # the account is read again
    assert release(session, store).status == "released"
