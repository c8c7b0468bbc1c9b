from datetime import timedelta

import pytest
from sqlalchemy import select

from backend import tiers
from backend.points import Source
from backend.tiers.models import GrowthEntry, TierGift
from tests.factories.tiers import YEAR, buy, definition, publish_book, tier
from tests.support.clocks import LATE, MORNING

TRIAL = LATE + timedelta(days=30)
BOOK = definition(
    tier("silver", {"spent_fen": 50_000, "days": 30}, validity=YEAR, gift={"points": 10}),
    tier("gold", {"spent_fen": 200_000, "days": 30}, validity=YEAR, gift={"points": 50}),
    tier("plus", {"any": [{"paid_membership": True}, {"manual": True}]}, validity=YEAR),
)


@pytest.fixture(autouse=True)
def book(session, account):
    publish_book(session, BOOK, at=MORNING)


def give(session, account, code, until_at=TRIAL, now=LATE, reason="贵宾试用"):
    return tiers.set_manual(session, account, code, until_at=until_at, by="demo", reason=reason, now=now)


def code_at(session, account, at):
    return tiers.standing(session, account.member_id, now=at).tier.code


def test_a_trial_ends_in_what_the_history_says(session, account):
    """T8"""
    assert give(session, account, "gold").tier.code == "gold"
    buy(session, account, 60_000, now=LATE + timedelta(days=1))
    moment = timedelta(microseconds=1)
    found = tiers.standing(session, account.member_id, now=TRIAL - moment)
    assert (found.tier.code, found.valid_until, found.grace_until) == ("gold", TRIAL, TRIAL)
    assert code_at(session, account, TRIAL) == "silver"
    session.flush()
    assert tiers.verify(session, [account.member_id]) == []


def test_what_is_earned_meanwhile_stays(session, account):
    give(session, account, "gold")
    buy(session, account, 200_000, now=LATE + timedelta(days=1))
    assert code_at(session, account, TRIAL) == "gold"


def test_a_trial_brings_no_gift_and_earning_the_tier_does(session, account):
    give(session, account, "gold")
    assert session.scalars(select(TierGift)).all() == []
    buy(session, account, 200_000, now=LATE + timedelta(days=1))
    session.flush()
    assert {gift.tier_code for gift in session.scalars(select(TierGift))} == {"silver", "gold"}


def test_a_tier_below_what_is_earned_changes_nothing_and_one_is_taken_away_again(session, account):
    buy(session, account, 60_000, now=LATE)
    assert give(session, account, "silver", until_at=None).tier.code == "silver"
    assert give(session, account, "plus", until_at=None).tier.code == "plus"
    assert tiers.standing(session, account.member_id, now=TRIAL).valid_until is None
    assert give(session, account, None).tier.code == "silver"


def test_who_gave_it_and_why_is_kept(session, account):
    give(session, account, "gold", reason="  投诉补偿 ")
    session.flush()
    line = session.scalars(select(GrowthEntry)).one()
    assert (line.kind, line.tier_code, line.until_at, line.given_by, line.reason) == (
        "manual",
        "gold",
        TRIAL,
        "demo",
        "投诉补偿",
    )


@pytest.mark.parametrize("reason", ["", " ", "x" * 201])
def test_a_reason_is_demanded(session, account, reason):
    with pytest.raises(tiers.ReasonRefused):
        give(session, account, "gold", reason=reason)


@pytest.mark.parametrize("code", ["platinum", "basic"])
def test_only_tiers_above_the_lowest_can_be_given(session, account, code):
    with pytest.raises(tiers.TierUnknown):
        give(session, account, code)


def test_a_trial_that_is_over_is_refused(session, account):
    with pytest.raises(tiers.PeriodRefused):
        give(session, account, "gold", until_at=LATE)


def pay(session, account, from_at, until_at, number=1, now=LATE):
    source = Source("paid", number)
    return tiers.note_paid_period(session, account, from_at=from_at, until_at=until_at, source=source, now=now)


def test_a_paid_membership_gives_its_tier_while_it_lasts(session, account):
    begins, ends = LATE + timedelta(days=2), LATE + timedelta(days=60)
    assert pay(session, account, begins, ends).tier.code == "basic"
    assert [code_at(session, account, at) for at in (begins, ends)] == ["plus", "basic"]
    pay(session, account, ends, None, 2, now=begins)
    assert code_at(session, account, LATE + timedelta(days=5_000)) == "plus"
    session.flush()
    assert tiers.verify(session, [account.member_id]) == []


def test_what_was_paid_counts_once(session, account):
    assert pay(session, account, LATE, LATE + timedelta(days=60)).tier.code == "plus"
    again = pay(session, account, LATE, None, now=LATE + timedelta(days=1))
    assert (again.before.code, again.tier.code) == ("plus", "plus")
    assert code_at(session, account, LATE + timedelta(days=60)) == "basic"


@pytest.mark.parametrize("until_at", [LATE, LATE - timedelta(days=1)])
def test_a_paid_period_that_is_over_is_refused(session, account, until_at):
    with pytest.raises(tiers.PeriodRefused):
        pay(session, account, LATE - timedelta(days=9), until_at)
