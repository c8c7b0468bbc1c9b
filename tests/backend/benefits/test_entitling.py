from datetime import date, timedelta

import pytest

from backend import benefits, points, stores, tiers
from tests.factories.benefits import benefit, offer, parking
from tests.support.clocks import LATE, MORNING


def promote(session, member_id, tier="silver"):
    account = points.lock(session, member_id, now=MORNING)
    tiers.set_manual(session, account, tier, until_at=None, by="anna", reason="试用", now=MORNING)
    session.flush()


def seen(session, member_id, now=MORNING):
    found = benefits.catalogue(session, member_id, now=now)
    return {
        one.benefit.code: (one.mine and one.mine.amount, one.used, one.left, one.next and one.next.amount)
        for one in found.benefits
    }


def test_mine_and_what_the_next_tier_would_give(session, member_id, store_id):
    gold_only = benefit("lounge", "other", quotas={"gold": {"per": "day"}})
    endless = benefit("delivery", "delivery", quotas={"basic": {"per": "month"}})
    offer(session, benefit(), parking(), gold_only, endless, benefit("old", until_on="2026-02-28"))
    benefits.use(session, member_id, "returns", amount=1, store_id=store_id, ref="R1", now=MORNING)
    assert seen(session, member_id) == {
        "returns": (2, 1, 1, 5),
        "parking": (60, 0, 60, 120),
        "delivery": (None, 0, None, None),
    }
    found = benefits.catalogue(session, member_id, now=MORNING)
    assert (found.tier.code, found.next_tier.code) == ("basic", "silver")


def test_what_was_used_stays_used_when_the_tier_rises(session, member_id, store_id):
    offer(session, benefit())
    for ref in ("R1", "R2"):
        benefits.use(session, member_id, "returns", amount=1, store_id=store_id, ref=ref, now=MORNING)
    promote(session, member_id)
    assert seen(session, member_id)["returns"][:3] == (5, 2, 3)


def test_a_period_begins_with_its_first_instant_in_the_shop(session, member_id, store_id):
    offer(session, benefit(quotas={"basic": {"amount": 1, "per": "day"}}))
    benefits.use(session, member_id, "returns", amount=1, store_id=store_id, ref="R1", now=LATE)
    assert seen(session, member_id, LATE)["returns"][2] == 0
    assert seen(session, member_id, LATE + timedelta(minutes=1))["returns"][2] == 1


def test_who_is_entitled(session, member_id, store_id):
    store = stores.get_store(session, store_id)
    offer(session, benefit(), benefit("lounge", quotas={"gold": {"per": "day"}}), benefit("far", stores=["OTHER"]))
    grant = benefits.entitled(session, member_id, "returns", now=MORNING)
    assert (grant.terms.amount, grant.tier_code, grant.book_version) == (2, "basic", 2)
    with pytest.raises(benefits.NotEntitled):
        benefits.entitled(session, member_id, "lounge", now=MORNING)
    with pytest.raises(benefits.BenefitUnknown):
        benefits.entitled(session, member_id, "nothing", now=MORNING)
    with pytest.raises(benefits.NotHere):
        benefits.check_store(session, benefits.entitled(session, member_id, "far", now=MORNING).benefit, store.id)


def test_valid_on_the_day_that_is_asked_for(session):
    offer(session, benefit(from_on="2026-04-01"))
    with pytest.raises(benefits.BenefitUnknown):
        benefits.of_catalogue(session, "returns", now=MORNING)
    assert benefits.of_catalogue(session, "returns", day=date(2026, 4, 1), now=MORNING)[1] == 2


def test_the_catalogue_is_read_by_few_statements(session, member_id, count_statements):
    offer(session, *(benefit(f"b{no}") for no in range(30)))
    session.flush()
    benefits.catalogue(session, member_id, now=MORNING)
    session.expire_all()
    with count_statements(session) as said:
        benefits.catalogue(session, member_id, now=MORNING)
    assert len(said) <= 8, said
