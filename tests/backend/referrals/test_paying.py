from datetime import timedelta

import pytest
from sqlalchemy import select

from backend import coupons, tiers
from backend.referrals import rewarded_friends
from backend.referrals.models import Reward
from tests.factories.books import change_book
from tests.factories.coupons import make_template
from tests.factories.referrals import DUE, LONG_BEFORE, make_bought, make_inviter, settle
from tests.support.clocks import MORNING
from tests.support.statements import statements_of


@pytest.fixture
def inviter(session):
    return make_inviter(session)


def test_growth_and_coupons_are_given_too(session, inviter):
    template = make_template(session, now=LONG_BEFORE)
    gift = {"points": 10, "growth": 30, "coupon": template.code}
    change_book(session, "referral", inviter=gift, newcomer=gift, stages=[], now=LONG_BEFORE)
    row = make_bought(session, inviter)
    before = tiers.standing(session, inviter.id, now=DUE).growth
    settle(session, row)
    assert tiers.standing(session, inviter.id, now=DUE).growth == before + 30
    assert [coupons.ready_count(session, one, now=DUE) for one in (inviter.id, row.newcomer_id)] == [1, 1]


def test_a_coupon_that_cannot_be_given_undoes_nothing(session, inviter):
    change_book(session, "referral", inviter={"points": 10, "coupon": "no-such-template"}, now=LONG_BEFORE)
    row = make_bought(session, inviter)
    assert settle(session, row) == "rewarded"


def test_stages_are_given_once_each_as_friends_add_up(session, inviter):
    for _ in range(4):
        settle(session, make_bought(session, inviter))
    given = session.scalars(select(Reward).where(Reward.part == "stage").order_by(Reward.friends)).all()
    assert [(one.stage, one.points) for one in given] == [(1, 50), (3, 200)]
    months = ("ever", "2026-03", "2026-04")
    assert [rewarded_friends(session, inviter.id, period=one) for one in months] == [4, 4, 0]


def test_a_friend_counts_for_the_tier_of_the_inviter(session, inviter):
    row = make_bought(session, inviter)
    settle(session, row)
    mine = select(tiers.GrowthEntry.kind).where(tiers.GrowthEntry.member_id == inviter.id)
    assert "friend" in session.scalars(mine).all()


def test_paying_costs_so_many_statements_however_many_friends_there_are(session, inviter):
    counts = []
    for number in range(3):
        row = make_bought(session, inviter, now=MORNING + timedelta(minutes=number))
        with statements_of(session) as said:
            settle(session, row)
        counts.append(len(said))
    assert counts[1] < 90
    assert abs(counts[2] - counts[1]) < 15  # a stage is reached
