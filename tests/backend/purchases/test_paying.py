from datetime import timedelta

import pytest

from backend import points, purchases
from backend.purchases.orders import source_of_cash
from backend.purchases.paying import pay, payable_with, stands, terms_of
from config import policy
from tests.factories.books import change_book
from tests.factories.purchases import make_store
from tests.support.clocks import MORNING

IN_TIME = MORNING + policy.CASH_HOLD_FOR - timedelta(microseconds=1)
TOO_LATE = MORNING + policy.CASH_HOLD_FOR


def use(session, member, wanted, *, store, order_no="SO-1", now=MORNING):
    account = points.lock(session, member.id, now=now)
    return pay(session, account, wanted, store_id=store.id, order_no=order_no, now=now)


def hold(session, member, wanted, *, store, order_no="SO-1"):
    return purchases.hold_points(
        session, store_id=store.id, order_no=order_no, member_id=member.id, wanted=wanted, now=MORNING
    ).hold


def balance(session, member, now=MORNING):
    session.flush()  # what was done is read back
    found = points.summary(session, member.id, now=now)
    return found.available, found.held


def test_points_are_spent_out_of_the_account(session, rich, store):
    purchase_id = use(session, rich, 300, store=store)
    assert balance(session, rich) == (700, 0)
    assert points.entry_of(session, rich.id, source_of_cash(purchase_id)).amount == -300


def test_without_points_the_ledger_hears_nothing(session, rich, store):
    purchase_id = use(session, rich, 0, store=store)
    assert balance(session, rich) == (1_000, 0)
    assert points.entry_of(session, rich.id, source_of_cash(purchase_id)) is None


def test_points_that_were_set_aside_are_the_ones_used(session, rich, store):
    held = hold(session, rich, 1_000, store=store)
    assert use(session, rich, 400, store=store, now=IN_TIME) == held.id
    assert balance(session, rich, IN_TIME) == (600, 0)
    assert points.entry_of(session, rich.id, source_of_cash(held.id)).amount == -400


def test_more_than_was_set_aside_is_not_there(session, rich, store):
    hold(session, rich, 400, store=store)
    with pytest.raises(points.Insufficient) as refusal:
        use(session, rich, 500, store=store)
    assert refusal.value.details == {"available": 400}
    assert balance(session, rich) == (600, 400)


def test_points_that_are_not_wanted_after_all_are_free_again(session, rich, store):
    hold(session, rich, 400, store=store)
    use(session, rich, 0, store=store)
    assert balance(session, rich) == (1_000, 0)


def test_what_is_set_aside_for_another_order_stays_so(session, rich, store):
    hold(session, rich, 400, store=store)
    elsewhere = make_store(session)
    for other in ({"store": store, "order_no": "SO-2"}, {"store": elsewhere}):
        use(session, rich, 300, **other)
    assert balance(session, rich) == (0, 400)
    with pytest.raises(points.Insufficient):
        use(session, rich, 100, store=elsewhere, order_no="SO-3")


def test_another_members_hold_of_the_order_stays_so(session, rich, member, store):
    hold(session, rich, 400, store=store)
    use(session, member, 100, store=store)
    assert (balance(session, rich), balance(session, member)) == ((600, 400), (0, 0))


def test_after_its_time_points_are_spent_if_there_are_enough(session, rich, store):
    held = hold(session, rich, 400, store=store)
    assert use(session, rich, 900, store=store, now=TOO_LATE) != held.id
    assert balance(session, rich, TOO_LATE) == (100, 0)
    with pytest.raises(points.Insufficient):
        use(session, rich, 200, store=store, order_no="SO-2", now=TOO_LATE)


def test_after_a_release_points_are_spent_if_there_are_enough(session, rich, store):
    held, other = hold(session, rich, 400, store=store), hold(session, rich, 100, store=store, order_no="SO-2")
    purchases.release_points(session, store_id=store.id, order_no="SO-1", now=MORNING)
    assert use(session, rich, 900, store=store) not in {held.id, other.id}
    assert balance(session, rich) == (0, 100)


def test_a_frozen_account_pays_nothing_either_way(session, rich, store):
    hold(session, rich, 400, store=store)
    points.freeze(session, points.lock(session, rich.id, now=MORNING), reason="audit", now=MORNING)
    for order_no in ("SO-1", "SO-2"):
        with pytest.raises(points.Frozen):
            use(session, rich, 100, store=store, order_no=order_no)
        with pytest.raises(points.Frozen):
            payable_with(session, rich.id, store_id=store.id, order_no=order_no, now=MORNING)


def test_what_there_is_to_pay_with_is_the_hold_or_all_that_is_free(session, rich, store):
    hold(session, rich, 400, store=store)
    asked = {"store_id": store.id, "now": MORNING}
    assert payable_with(session, rich.id, order_no="SO-1", **asked) == 400
    assert payable_with(session, rich.id, order_no="SO-2", **asked) == 600
    assert payable_with(session, rich.id, order_no=None, **asked) == 600
    assert payable_with(session, rich.id, order_no="SO-1", store_id=store.id, now=TOO_LATE) == 1_000


def test_a_hold_stands_until_it_is_used_or_released(session, rich, store):
    used, freed = hold(session, rich, 400, store=store), hold(session, rich, 400, store=store, order_no="SO-2")
    assert stands(session, used)
    assert stands(session, freed)
    use(session, rich, 400, store=store)
    purchases.release_points(session, store_id=store.id, order_no="SO-2", now=MORNING)
    assert not stands(session, used)
    assert not stands(session, freed)


def test_terms_are_those_of_the_book_in_force(session):
    later = MORNING + timedelta(days=1)
    change_book(session, "cash", now=later, tiers={"gold": {"max_share": 10_000}})
    assert terms_of(session, "gold", now=MORNING).max_share == 5_000
    assert terms_of(session, "gold", now=later).max_share == 10_000
    assert terms_of(session, "basic", now=later).max_share == 5_000
