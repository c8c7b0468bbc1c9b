"""The table of listeners as a whole: what happens is told, in the transaction in which it happens (N1)."""

from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import select

from backend import mall, points, tiers
from backend.messaging.models import Message
from tests.factories.addresses import make_address
from tests.factories.mall import give_points, make_item, make_pre_order
from tests.factories.members import make_member
from tests.factories.purchases import make_purchase, make_store
from tests.factories.tiers import buy, definition, give_back, publish_book, tier
from tests.support import nights
from tests.support.clocks import MORNING

MONTH = points.Expiry("months", 1)
SILVER = tier("silver", {"spent_fen": 10_000, "days": 3}, name="银卡", validity={"months": 1})


@pytest.fixture
def member_id(session):
    return make_member(session).id


@pytest.fixture
def store_id(session):
    return make_store(session).id


def told(session, member_id):
    """What the member will hear, as this transaction, which is not committed, has decided it."""
    session.flush()
    return session.scalars(select(Message.template).where(Message.member_id == member_id).order_by(Message.id)).all()


def test_joining_opens_account_and_standing_gives_the_gift_and_is_told(session, member_id):
    assert points.summary(session, member_id, now=MORNING).available == 100
    assert tiers.standing(session, member_id, now=MORNING).tier.code == "basic"
    assert told(session, member_id) == ["joined"]


def test_a_purchase_tells_of_points_and_of_the_tier_it_reaches(session, member_id, store_id):
    make_purchase(session, 200_000, store_id=store_id, member_id=member_id)
    assert told(session, member_id)[1:] == ["points_earned", "tier_reached"]


def test_a_purchase_whose_points_settle_later_tells_when_and_tells_again_when_they_do(session, member_id):
    store_id = make_store(session, return_days=7).id
    make_purchase(session, 5_000, store_id=store_id, member_id=member_id)
    assert told(session, member_id)[1:] == ["points_promised"]
    points.lock(session, member_id, now=MORNING + timedelta(days=8))
    assert told(session, member_id)[1:] == ["points_promised", "points_settled"]


def test_points_that_are_over_are_told_one_by_one_and_by_the_night_alike(session, member_id):
    other = make_member(session).id
    later = MORNING + timedelta(days=400)
    points.lock(session, member_id, now=later)
    session.flush()
    nights.catch_up(session, now=later, limit=10)
    assert told(session, member_id)[1:] == told(session, other)[1:] == ["points_expired"]


def test_two_that_are_over_at_one_instant_with_one_balance_are_told_both(session, member_id):
    account = points.lock(session, member_id, now=MORNING)
    for number in (1, 2):
        spent = points.Source("cash", number)
        points.credit(session, account, 5, source=points.Source("rule", number), now=MORNING, expiry=MONTH)
        points.spend(session, account, 5, source=spent, now=MORNING)
    later = MORNING + timedelta(days=40)
    for number in (1, 2):
        back = points.Source("cash-back", number)
        points.cancel(session, account, spent=points.Source("cash", number), source=back, now=later)
    assert told(session, member_id)[-2:] == ["points_expired"] * 2


def test_an_exchange_tells_how_to_pick_it_up(session, member_id, store_id):
    item = make_item(session)
    mall.exchange(session, member_id, {item.id: 1}, store_id=store_id, rng=Random(1), now=MORNING)
    assert told(session, member_id)[1:] == ["exchange_confirmed"]


def test_what_is_ordered_ahead_tells_when_to_pick_it_up(session, member_id, store_id):
    item = make_pre_order(session)
    mall.exchange(session, member_id, {item.id: 1}, store_id=store_id, rng=Random(1), now=MORNING)
    assert told(session, member_id)[1:] == ["pre_order_confirmed"]


def test_an_exchange_to_be_sent_tells_so(session, member_id):
    item, entry = make_item(session, ways="both"), make_address(session, member_id)
    mall.exchange_to_ship(session, member_id, {item.id: 1}, address_id=entry.id, rng=Random(1), now=MORNING)
    assert told(session, member_id)[1:] == ["exchange_to_be_sent"]


def test_what_the_shop_does_with_an_exchange_is_told_and_what_the_member_does_is_not(session, member_id, store_id, rng):
    item = make_item(session)
    give_points(session, member_id, 500)

    def exchange():
        return mall.exchange(session, member_id, {item.id: 1}, store_id=store_id, rng=rng, now=MORNING)

    kept, refused, cancelled = exchange(), exchange(), exchange()
    before = len(told(session, member_id))
    mall.cancel(session, member_id, cancelled.no, now=MORNING)
    mall.refuse(session, refused.no, reason="商品破损", now=MORNING)
    mall.pick_up(session, code=kept.pickup_code, store_id=store_id, now=MORNING)
    mall.ask_return(session, member_id, kept.no, now=MORNING)
    mall.decline_return(session, kept.no, reason="已拆封", now=MORNING)
    mall.take_back(session, kept.no, restock=True, now=MORNING)
    assert told(session, member_id)[before:] == ["exchange_cancelled", "return_declined", "exchange_cancelled"]


def test_an_end_that_is_put_off_and_comes_back_is_told_once_and_stops_nobody_s_night(session):
    """A purchase keeps the tier for longer, of which is told too; its return brings the first end back."""
    publish_book(session, definition(SILVER), at=MORNING)
    one, other = (points.lock(session, make_member(session).id, now=MORNING) for _ in range(2))
    buy(session, one, 10_000, now=MORNING)
    nights.warn(session, now=MORNING + timedelta(days=4), limit=5)
    soon, later = (MORNING + timedelta(days=days) for days in (5, 10))
    for account, number in ((one, 2), (other, 3)):
        buy(session, account, 10_000, number, now=soon)
    nights.warn(session, now=later, limit=5)
    give_back(session, one, 10_000, of=2, whole=True, now=later)
    buy(session, other, 10_000, 4, now=later)
    session.flush()
    nights.warn(session, now=later + timedelta(days=5), limit=5)
    assert [told(session, account.member_id).count("tier_falls_soon") for account in (one, other)] == [2, 2]
