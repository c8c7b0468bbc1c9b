from datetime import date, timedelta
from random import Random

import pytest
from sqlalchemy import select

from backend import benefits, plans, points, stores, tiers
from backend.benefits.entitling import granted, terms_of
from tests.factories.benefits import benefit, offer, parking
from tests.factories.plans import sell_plans
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


def test_the_better_of_tier_and_paid_membership_counts(session, member_id, store_id):
    sell_plans(session)
    paid = {"plan": {"amount": 4, "per": "month"}, "worth_fen": 300}
    offer(session, benefit("lounge", "other", **paid), benefit("nursery", "other", **paid))
    assert seen(session, member_id)["lounge"][0] == 2
    sale = plans.Sale("T1", member_id, "gold-year", 12_000, "cash")
    plans.sell(session, sale, store_id=store_id, rng=Random(1), now=MORNING)
    session.flush()
    assert (seen(session, member_id)["lounge"][0], seen(session, member_id)["nursery"][0]) == (4, 2)
    grant = benefits.entitled(session, member_id, "lounge", now=MORNING)
    assert (grant.by_plan, grant.terms.amount) == (True, 4)
    assert not benefits.entitled(session, member_id, "nursery", now=MORNING).by_plan
    made, _ = benefits.use(session, member_id, "lounge", amount=2, store_id=store_id, ref="R1", now=MORNING)
    worth = session.scalars(select(plans.PlanUse)).one()
    assert (worth.worth_fen, worth.undone_at) == (600, None)
    benefits.reverse(session, made.id, by="till:1", store_id=store_id, now=MORNING)
    assert worth.undone_at == MORNING


def test_who_has_nothing_is_granted_nothing(session, member_id):
    offer(session, benefit(quotas={"gold": {"per": "day"}}))
    found, version = benefits.of_catalogue(session, "returns", now=MORNING)
    assert granted(session, member_id, found, "basic", version, now=MORNING) is None
    assert terms_of(session, member_id, [found], "gold", now=MORNING) == {"returns": found.quotas["gold"]}
