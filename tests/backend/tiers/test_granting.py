"""A tier given by hand ends in what the history says (T8)."""

from datetime import timedelta

import pytest

from backend import points, tiers
from backend.kit.calendar import shop_day
from backend.points import Source
from backend.tiers.granting import PeriodRefused, ReasonRefused, TierUnknown, note_paid_period, set_manual
from tests.factories.members import make_member
from tests.factories.tiers import definition, publish_book, tier
from tests.support.clocks import MORNING

A_MONTH_ON = MORNING + timedelta(days=30)
MOMENT = timedelta(microseconds=1)


@pytest.fixture
def account(session):
    return points.lock(session, make_member(session).id, now=MORNING)


def give(session, account, code, *, until_at=A_MONTH_ON, reason="客诉补偿", now=MORNING):
    return set_manual(session, account, code, until_at=until_at, by="anna", reason=reason, now=now)


def code_at(session, account, now):
    session.flush()
    return tiers.standing(session, account.member_id, now=now).tier.code


def test_it_holds_to_its_last_instant(session, account):
    give(session, account, "diamond")
    assert [code_at(session, account, at) for at in (MORNING, A_MONTH_ON - MOMENT, A_MONTH_ON)] == [
        "diamond",
        "diamond",
        "basic",
    ]


def test_it_ends_in_what_was_earned_meanwhile_and_not_in_the_lowest(session, account):
    give(session, account, "diamond")
    tiers.count_purchase(
        session, account, spent_fen=200_000, counts_on=shop_day(MORNING), source=Source("purchase", 1), now=MORNING
    )
    assert code_at(session, account, MORNING) == "diamond"
    assert code_at(session, account, A_MONTH_ON) == "silver"


def test_it_can_be_taken_away(session, account):
    give(session, account, "gold", until_at=None)
    give(session, account, None, until_at=None)
    assert code_at(session, account, MORNING) == "basic"


def test_it_brings_no_gift(session, account):
    before = account.balance
    give(session, account, "diamond")
    assert account.balance == before


@pytest.mark.parametrize(
    ("code", "parts", "refusal"),
    [
        ("platinum", {}, TierUnknown),
        ("basic", {}, TierUnknown),
        ("gold", {"until_at": MORNING}, PeriodRefused),
        ("gold", {"reason": "  "}, ReasonRefused),
    ],
)
def test_what_makes_no_sense_is_refused(session, account, code, parts, refusal):
    with pytest.raises(refusal):
        give(session, account, code, **parts)
    assert code_at(session, account, MORNING) == "basic"


def test_a_paid_membership_gives_its_tier_while_it_lasts(session, account):
    later = MORNING + timedelta(days=1)
    publish_book(session, definition(tier("plus", {"paid_membership": True})), at=MORNING)
    note_paid_period(
        session, account, from_at=later, until_at=A_MONTH_ON, source=Source("paid-membership", 1), now=MORNING
    )
    moments = (MORNING, later, A_MONTH_ON - MOMENT, A_MONTH_ON)
    assert [code_at(session, account, at) for at in moments] == ["basic", "plus", "plus", "basic"]
