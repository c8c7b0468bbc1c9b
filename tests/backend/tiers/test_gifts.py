"""The gift of entry: once a rise, that of every tier passed, none for keeping, none again too soon (T7)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from backend import points, tiers
from backend.kit.calendar import shop_day
from backend.points import Source
from backend.tiers.models import TierGift
from tests.factories.members import make_member
from tests.factories.tiers import definition, publish_book, tier
from tests.support.clocks import MORNING

BOOK = definition(
    tier("silver", {"growth": 100}, gift={"points": 50, "again_after_days": 30}),
    tier("gold", {"growth": 1_000}, gift={"points": 200, "coupons": ["WELCOME"], "again_after_days": 30}),
)
NEXT_DAY = MORNING + timedelta(days=1)


@pytest.fixture
def account(session):
    publish_book(session, BOOK, at=MORNING)
    return points.lock(session, make_member(session).id, now=MORNING)


def buy(session, account, fen, number, *, now=NEXT_DAY):
    why = Source("purchase", number)
    tiers.count_purchase(session, account, spent_fen=fen, counts_on=shop_day(now), source=why, now=now)


def give_back(session, account, fen, number, *, now=NEXT_DAY):
    of, why = Source("purchase", number), Source("refund", number)
    tiers.count_refund(session, account, spent_fen=fen, purchases=1, of=of, source=why, now=now)


def given(session, account):
    session.flush()
    mine = select(TierGift).where(TierGift.member_id == account.member_id).order_by(TierGift.at, TierGift.points)
    return [(gift.tier_code, gift.points, gift.coupons) for gift in session.scalars(mine)]


def test_a_rise_gives_its_gift_as_points_that_can_be_spent(session, account):
    before = account.balance
    buy(session, account, 10_000, 1)
    assert given(session, account) == [("silver", 50, [])]
    assert account.balance == before + 50


def test_a_jump_gives_the_gift_of_every_tier_passed(session, account):
    heard = []
    session.info["listeners"] = {tiers.TierGiftGiven: [lambda _session, fact: heard.append(fact)]}
    buy(session, account, 100_000, 1)
    assert given(session, account) == [("silver", 50, []), ("gold", 200, ["WELCOME"])]
    assert [(fact.tier_code, fact.coupons) for fact in heard] == [("silver", ()), ("gold", ("WELCOME",))]


def test_going_on_in_a_tier_gives_none(session, account):
    for number in (1, 2, 3):
        buy(session, account, 10_000, number)
    assert given(session, account) == [("silver", 50, [])]


def test_buying_and_returning_again_and_again_gives_one(session, account):
    for number in (1, 2, 3):
        buy(session, account, 10_000, number)
        give_back(session, account, 10_000, number)
    assert given(session, account) == [("silver", 50, [])]


def test_who_rises_again_after_the_time_is_given_again(session, account):
    later = NEXT_DAY + timedelta(days=31)
    buy(session, account, 10_000, 1)
    give_back(session, account, 10_000, 1)
    buy(session, account, 10_000, 2, now=later)
    assert given(session, account) == [("silver", 50, []), ("silver", 50, [])]
