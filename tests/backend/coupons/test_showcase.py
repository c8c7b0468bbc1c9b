from datetime import timedelta
from random import Random

import pytest

from backend import coupons
from tests.factories.coupons import make_coupon, make_template
from tests.factories.members import make_member
from tests.support.clocks import MORNING

A_DAY = timedelta(days=1)


def offered(session, **supply):
    parts = {"audience": supply.pop("audience", {}), "transferable": True}
    return make_template(session, supply={"claimable": True, "per_member": None} | supply, **parts)


@pytest.fixture
def member(session):
    return make_member(session)


def states(session, member, *, now=MORNING):
    return {offer.template.id: offer.state for offer in coupons.showcase(session, member.id, limit=50, now=now)}


def test_what_this_member_may(session, member):
    free, early = offered(session), offered(session, claim_from="2026-03-02T00:00:00+08:00")
    over = offered(session, claim_until="2026-03-02T00:00:00+08:00")
    gone, gone_today = offered(session, stock=1), offered(session, stock_per_day=1)
    mine, others = offered(session, per_member={"most": 1}), offered(session, audience={"tiers": ["gold"]})
    for template in (gone, gone_today):
        make_coupon(session, make_member(session), template=template)
    make_coupon(session, member, template=mine)
    expected = {
        free.id: "open",
        early.id: "early",
        gone.id: "sold-out",
        gone_today.id: "sold-out-today",
        mine.id: "claimed",
        others.id: "not-for-you",
    }
    assert states(session, member) == expected | {over.id: "open"}
    tomorrow = expected | {early.id: "open", gone_today.id: "open"}
    assert states(session, member, now=MORNING + A_DAY) == tomorrow


def test_what_was_given_away_was_claimed(session, member):
    template = offered(session, per_member={"most": 1})
    coupon = make_coupon(session, member, template=template)
    sent = coupons.send(session, member.id, coupon.id, rng=Random(1), now=MORNING)
    session.flush()
    coupons.accept(session, make_member(session).id, sent.token, now=MORNING)
    assert states(session, member) == {template.id: "claimed"}


def test_a_page_costs_a_few_statements_however_long_it_is(session, member, count_statements):
    for _ in range(5):
        offered(session, per_member={"most": 1}, audience={"tags": ["亲友"]})
    member_id = member.id
    session.flush()
    with count_statements(session) as said:
        assert len(coupons.showcase(session, member_id, limit=50, now=MORNING)) == 5
    assert len(said) == 4  # templates, what they say, what the member got, the member's tags
