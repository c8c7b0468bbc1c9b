from datetime import timedelta
from random import Random

import pytest

from backend import coupons, members, points, purchases, sharing
from tests.factories.books import change_book
from tests.factories.coupons import make_template
from tests.factories.members import make_member
from tests.factories.purchases import make_purchase, make_store
from tests.factories.shares import make_share
from tests.support.clocks import MORNING

DAYS = timedelta(days=1)
DUE = MORNING + 8 * DAYS  # after the end of the seventh day


@pytest.fixture
def store(session):
    return make_store(session, return_days=7)


@pytest.fixture
def share(session, sharer):
    return make_share(session, sharer.id)


@pytest.fixture
def friend(session, share):
    member = make_member(session)
    session.flush()
    sharing.open_share(session, share.token, members.identity_ids(session, member.id)[0], now=MORNING)
    return member


def balance(session, member_id, now=DUE):
    return points.summary(session, member_id, now=now).available


def settle(session, now=DUE):
    due = sharing.due_rewards(session, now=now, limit=9)
    return [sharing.settle_reward(session, one, rng=Random(1), now=now) for one in due]


def bought(session, friend, store, fen=20_000, now=MORNING):
    return make_purchase(session, fen, store_id=store.id, member_id=friend.id, now=now)


def test_a_purchase_that_is_kept_pays_after_its_window_once(session, sharer, friend, store, share):
    before = balance(session, sharer.id)
    bought(session, friend, store)
    assert settle(session, DUE - DAYS) == []
    assert settle(session) == [True]
    assert settle(session) == []
    assert balance(session, sharer.id) == before + 50
    session.refresh(share)
    assert share.purchases == 1


def test_what_came_back_pays_nothing(session, sharer, friend, store):
    before, sale = balance(session, sharer.id), bought(session, friend, store)
    refund = purchases.RefundRequest(refund_no="R1", amount_fen=15_000)
    purchases.refund(session, refund, store_id=store.id, order_no=sale.order_no, now=MORNING)
    settle(session)
    [reward] = sharing.rewards_page(session, sharer.id, limit=9)
    assert (reward.status, reward.why) == ("dropped", "returned")
    assert balance(session, sharer.id) == before


def test_a_receipt_that_was_brought_later_counts_unless_it_was_a_mistake(session, sharer, friend, store):
    before, mistaken = balance(session, sharer.id), make_purchase(session, 20_000, store_id=store.id)
    account = points.lock(session, friend.id, now=MORNING)
    purchases.adopt(session, account, mistaken.id, now=MORNING)
    purchases.adopt(session, account, make_purchase(session, 20_000, store_id=store.id).id, now=MORNING)
    purchases.disown(session, account, mistaken.id, why=points.Source("receipt-undo", 1), now=MORNING)
    assert settle(session) == [True, True]
    assert {one.why for one in sharing.rewards_page(session, sharer.id, limit=9)} == {None, "returned"}
    assert balance(session, sharer.id) == before + 50


def test_small_purchases_own_ones_and_late_ones_are_not_noted(session, sharer, friend, store):
    bought(session, friend, store, fen=9_999)
    bought(session, sharer, store)
    bought(session, friend, store, now=MORNING + 7 * DAYS)
    bought(session, make_member(session), store)
    assert sharing.rewards_page(session, sharer.id, limit=9) == []


def test_the_month_s_limit_holds(session, sharer, friend, store):
    change_book(session, sharing.KIND, purchase={"points": 30, "from_fen": 0, "per_month": 1})
    before = balance(session, sharer.id)
    bought(session, friend, store)
    bought(session, friend, store)
    settle(session)
    assert balance(session, sharer.id) == before + 30
    assert {one.why for one in sharing.rewards_page(session, sharer.id, limit=9)} == {None, "month-full"}


def test_a_coupon_is_given_with_the_points_or_in_their_stead(session, sharer, friend, store):
    template = make_template(session)
    change_book(session, sharing.KIND, purchase={"points": 0, "coupon": template.code, "from_fen": 0, "per_month": 9})
    before = balance(session, sharer.id)
    bought(session, friend, store)
    assert settle(session) == [True]
    [coupon] = coupons.wallet(session, sharer.id, pocket="ready", now=DUE, limit=9)
    assert (coupon.template_id, coupon.source_kind) == (template.id, "share")
    assert balance(session, sharer.id) == before
    assert settle(session) == []


def test_a_coupon_that_cannot_be_had_fails_nothing(session, sharer, friend, store):
    change_book(session, sharing.KIND, purchase={"points": 5, "coupon": "gone", "from_fen": 0, "per_month": 9})
    before = balance(session, sharer.id)
    bought(session, friend, store)
    assert settle(session) == [True]
    assert balance(session, sharer.id) == before + 5


def test_a_reward_keeps_the_version_by_which_it_was_noted(session, sharer, friend, store):
    before = balance(session, sharer.id)
    bought(session, friend, store)
    change_book(session, sharing.KIND, now=MORNING + DAYS, purchase={"points": 0, "from_fen": 0, "per_month": 1})
    settle(session)
    assert balance(session, sharer.id) == before + 50


def test_the_last_touch_counts(session, sharer, friend, store):
    other = make_member(session)
    session.flush()
    mine = members.identity_ids(session, friend.id)[0]
    sharing.open_share(session, make_share(session, other.id).token, mine, now=MORNING + DAYS)
    bought(session, friend, store, now=MORNING + DAYS)
    assert len(sharing.rewards_page(session, other.id, limit=9)) == 1
    assert sharing.rewards_page(session, sharer.id, limit=9) == []


def test_an_unknown_reward_is_passed_over(session):
    assert not sharing.settle_reward(session, 1, rng=Random(1), now=DUE)
