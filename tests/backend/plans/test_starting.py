from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import select

from backend import plans
from backend.coupons.models import Coupon
from tests.factories.coupons import make_template
from tests.factories.plans import DAYS, GOLD, MONTH, sell_plans
from tests.support.clocks import MORNING

DAY = timedelta(days=1)


@pytest.fixture
def gifts(session, member_id):
    make_template(session, code="tea", validity={"first": "2026-03-01", "last": "2028-12-31"})
    monthly = {"monthly_coupons": ["tea"], "family": "tea"}
    sell_plans(
        session,
        GOLD | monthly | {"code": "tea"},
        MONTH | monthly | {"code": "tea-month"},
        DAYS | monthly | {"code": "t"},
    )


@pytest.fixture
def told(session):
    heard = []
    kinds = (plans.PlanStarted, plans.PlanRenewalDue, plans.PlanEnded)
    session.info["listeners"] = {kind: [lambda _, fact: heard.append(type(fact).__name__)] for kind in kinds}
    return heard


def tend_until(session, at, start=MORNING):
    """As the job does, a day at a time."""
    now = start
    while now <= at:
        for order_id in plans.due(session, now=now, limit=100):
            plans.tend(session, order_id, rng=Random(f"{order_id} {now}"), now=now)
        now += DAY


def coupons_of(session):
    return len(session.scalars(select(Coupon.id).where(Coupon.source_kind == "plan")).all())


@pytest.mark.parametrize(("plan", "fen", "count"), [("tea", 12_000, 12), ("tea-month", 3_100, 1), ("t", 700, 1)])
def test_each_month_brings_its_coupons_once(session, gifts, buy, plan, fen, count):
    buy(plan, now=MORNING, paid_fen=fen)
    assert coupons_of(session) == 1
    for _ in range(2):
        tend_until(session, MORNING + 370 * DAY)
    assert coupons_of(session) == count


def test_a_renewal_brings_its_own_when_it_begins(session, gifts, buy):
    for _ in range(2):
        buy("tea-month", now=MORNING, paid_fen=3_100)
    tend_until(session, MORNING + 30 * DAY)
    assert coupons_of(session) == 1
    tend_until(session, MORNING + 40 * DAY)
    assert coupons_of(session) == 2


def test_a_late_job_gives_what_it_missed(session, gifts, buy):
    order = buy("tea", now=MORNING)
    plans.tend(session, order.id, rng=Random(77), now=MORNING + 100 * DAY)
    assert coupons_of(session) == 4


def test_a_coupon_that_cannot_be_given_stops_nothing(session, member_id, buy):
    sell_plans(session, GOLD | {"code": "nothing", "welcome_coupons": ["unknown"]})
    assert buy("nothing", now=MORNING).status == "paid"


def test_who_does_not_renew_is_reminded_once_and_said_goodbye_to_once(session, buy, told):
    buy("trial", now=MORNING, paid_fen=700)
    tend_until(session, MORNING + 20 * DAY)
    assert told == ["PlanStarted", "PlanRenewalDue", "PlanEnded"]


def test_who_renews_is_left_alone_until_the_last(session, buy, told):
    buy(now=MORNING)
    buy(now=MORNING)
    tend_until(session, MORNING + 400 * DAY)
    assert told == ["PlanStarted", "PlanStarted"]
    tend_until(session, MORNING + 740 * DAY, start=MORNING + 400 * DAY)
    assert told == ["PlanStarted", "PlanStarted", "PlanRenewalDue", "PlanEnded"]


def test_nobody_is_told_of_what_went_back(session, buy, told):
    order = buy(now=MORNING)
    plans.refund(session, order.no, plans.Wish("li", "不要了"), rng=Random(1), now=MORNING)
    tend_until(session, MORNING + 400 * DAY)
    assert told == ["PlanStarted"]
