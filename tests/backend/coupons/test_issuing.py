from datetime import date, timedelta
from random import Random

import pytest

from backend import coupons, members, points
from backend.kit.calendar import day_end, day_start
from backend.points import Source
from tests.factories.coupons import READER, WRITER, make_coupon, make_definition, make_template
from tests.factories.members import make_member
from tests.support.clocks import LATE, MORNING

A_DAY = timedelta(days=1)

luck = Random(20260301)


@pytest.fixture
def member(session):
    return make_member(session)


def grant(session, member, template, *, source=None, now=MORNING):
    account = points.lock(session, member.id, now=now)
    source = source or Source("test", luck.randrange(10**9))
    return coupons.grant(session, account, template.code, source=source, rng=luck, now=now)


def issued(session, template):
    return coupons.template(session, template.code).issued


def supply(most=None, per="ever", **parts):
    return {"per_member": most and {"most": most, "per": per}} | parts


def test_a_coupon_is_counted_and_good_for_its_days(session, member):
    template = make_template(session, supply=supply(stock=2))
    coupon = grant(session, member, template, source=Source("tier-gift", "gold:1"))
    assert (coupon.member_id, coupon.version, coupon.status, issued(session, template)) == (member.id, 1, "ready", 1)
    assert (coupon.valid_from, coupon.valid_until) == (day_start(date(2026, 3, 1)), day_end(date(2026, 3, 31)))
    assert len(coupon.code) == 16
    assert coupon.code.isdigit()


def test_one_source_gives_once_whatever_became_of_the_template(session, member):
    template = make_template(session)
    first = grant(session, member, template, source=Source("draw", 7))
    coupons.end(session, template.code, by=WRITER, note="完", now=MORNING)
    assert grant(session, member, template, source=Source("draw", 7)) is first
    with pytest.raises(coupons.NotLive):
        grant(session, member, template, source=Source("draw", 8))


def test_what_is_not_live_gives_nothing(session, member):
    draft = make_template(session, live=False)
    with pytest.raises(coupons.NotLive):
        grant(session, member, draft)
    account = points.lock(session, member.id, now=MORNING)
    with pytest.raises(coupons.TemplateUnknown):
        coupons.grant(session, account, "nothing", source=Source("draw", 1), rng=luck, now=MORNING)


def test_fixed_days_that_are_over_give_nothing(session, member):
    template = make_template(session)
    with pytest.raises(coupons.NotLive):
        grant(session, member, template, now=day_end(date(2026, 3, 31)))


def test_no_more_than_there_are(session, member):
    template = make_template(session, supply=supply(stock=1))
    grant(session, member, template)
    with pytest.raises(coupons.SoldOut):
        grant(session, make_member(session), template)


def test_no_more_in_a_day_than_there_are_for_it(session, member):
    template = make_template(session, supply=supply(stock_per_day=1))
    grant(session, member, template)
    with pytest.raises(coupons.SoldOutToday):
        grant(session, member, template, now=LATE)
    grant(session, member, template, now=MORNING + A_DAY)


@pytest.mark.parametrize(
    ("per", "too_soon", "again"),
    [("day", LATE, MORNING + A_DAY), ("month", MORNING + 30 * A_DAY, MORNING + 31 * A_DAY)],
)
def test_each_member_gets_so_many_in_a_period(session, member, per, too_soon, again):
    template = make_template(session, supply=supply(1, per), validity={"days": 5})
    grant(session, member, template)
    grant(session, make_member(session), template)
    with pytest.raises(coupons.LimitReached):
        grant(session, member, template, now=too_soon)
    assert grant(session, member, template, now=again)


def test_a_limit_holds_across_versions_and_ways(session, member):
    template = make_template(session, supply=supply(1, claimable=True))
    claimed = coupons.claim(session, member.id, template.id, rng=luck, now=MORNING)
    definition = make_definition(supply=supply(1, claimable=True))
    coupons.draft(session, template.code, definition, by=WRITER, note="二", now=MORNING)
    coupons.approve(session, template.code, by=READER, now=MORNING)
    coupons.go_live(session, template.code, by=READER, now=MORNING)
    with pytest.raises(coupons.LimitReached):
        grant(session, member, template)
    coupons.revoke(session, points.lock(session, member.id, now=MORNING), claimed, now=MORNING)
    assert grant(session, member, template).version == 2


def test_only_those_it_is_for_get_it(session, member):
    for_gold = make_template(session, audience={"tiers": ["gold"]})
    for_friends = make_template(session, audience={"tags": ["亲友"]})
    for template in (for_gold, for_friends):
        with pytest.raises(coupons.NotForYou):
            grant(session, member, template)
    members.tag(session, member.id, "亲友")
    session.flush()
    assert grant(session, member, for_friends)


def test_claiming_is_open_only_where_and_while_it_is(session, member):
    window = {"claim_from": "2026-03-02T00:00:00+08:00", "claim_until": "2026-03-03T00:00:00+08:00"}
    template = make_template(session, supply=supply(claimable=True, **window))
    closed, hidden = make_template(session), make_template(session, live=False)
    for at in (MORNING, MORNING + 2 * A_DAY):
        with pytest.raises(coupons.NotClaimable):
            coupons.claim(session, member.id, template.id, rng=luck, now=at)
    assert coupons.claim(session, member.id, template.id, rng=luck, now=MORNING + A_DAY)
    with pytest.raises(coupons.NotClaimable):
        coupons.claim(session, member.id, closed.id, rng=luck, now=MORNING)
    with pytest.raises(coupons.TemplateUnknown):
        coupons.claim(session, member.id, hidden.id, rng=luck, now=MORNING)


def test_a_sent_coupon_is_ready_again_when_nobody_took_it(session, member):
    coupon = make_coupon(session, member)
    coupon.status, coupon.sent_until = "sent", MORNING + A_DAY
    assert [coupon.status_at(at) for at in (MORNING, MORNING + A_DAY, coupon.valid_until)] == [
        "sent",
        "ready",
        "expired",
    ]
