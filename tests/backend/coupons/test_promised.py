import pytest
from sqlalchemy import select

from backend import coupons, points
from backend.coupons import Coupon
from backend.earning import CouponsEarned, CouponsLost
from backend.points import Source
from backend.tiers import TierGiftGiven
from tests.factories.coupons import WRITER, make_template
from tests.factories.earning import make_rule, publish
from tests.factories.members import make_member
from tests.factories.purchases import make_purchase, make_store
from tests.support.clocks import MORNING

BILL = Source("purchase", 7)


@pytest.fixture
def member(session):
    return make_member(session)


def rose(member, *codes):
    return TierGiftGiven(member.id, "gold", 0, codes, 3, MORNING)


def earned(member, *codes, source=BILL):
    return CouponsEarned(member.id, "spring", codes, source, 2, MORNING)


def theirs(session, member):
    mine = select(Coupon).where(Coupon.member_id == member.id).order_by(Coupon.id)
    return session.scalars(mine.execution_options(populate_existing=True)).all()


def test_a_tier_brings_its_coupons_once_per_rise(session, member):
    first, second = make_template(session), make_template(session)
    for _ in range(2):
        coupons.give_tier_coupons(session, rose(member, first.code, second.code))
    given = theirs(session, member)
    assert {coupon.template_id for coupon in given} == {first.id, second.id}
    assert {(coupon.source_kind, coupon.source_id) for coupon in given} == {("tier-gift", "gold:3")}


def test_what_cannot_be_given_is_written_down_and_undoes_nothing(session, member):
    live, paused = make_template(session), make_template(session)
    coupons.pause(session, paused.code, by=WRITER, note="等", now=MORNING)
    for _ in range(2):
        coupons.give_tier_coupons(session, rose(member, "nothing", paused.code, live.code))
    assert [coupon.template_id for coupon in theirs(session, member)] == [live.id]
    told = {(one.template_code, one.failure) for one in coupons.promises_refused(session, limit=9)}
    assert told == {("nothing", "coupons.template-unknown"), (paused.code, "coupons.not-live")}
    (newest, oldest) = coupons.promises_refused(session, limit=9)
    assert coupons.promises_refused(session, before_id=newest.id, limit=9) == [oldest]


def test_a_rule_gives_once_and_a_full_refund_takes_the_unused_back(session, member):
    first, second = make_template(session), make_template(session)
    coupons.grant_by_rule(session, earned(member, first.code, second.code))
    coupons.grant_by_rule(session, earned(member, first.code, source=Source("check-in", "x" * 64)))
    used, unused, other = sorted(theirs(session, member), key=lambda one: (len(one.source_id), one.id))
    used.status = "redeemed"
    session.flush()
    coupons.take_back_by_rule(session, CouponsLost(member.id, ("spring",), BILL, MORNING))
    assert [one.status for one in (used, unused, other)] == ["redeemed", "revoked", "ready"]
    coupons.take_back_by_rule(session, CouponsLost(member.id, ("other",), BILL, MORNING))


def test_a_purchase_brings_the_coupons_of_a_rule_and_its_tier(session, member):
    template = make_template(session)
    publish(session, make_rule("spring", coupons=[template.code]))
    make_purchase(session, 100_000, store_id=make_store(session).id, member_id=member.id)
    (coupon,) = theirs(session, member)
    assert (coupon.template_id, coupon.source_kind, coupon.source_id[:16]) == (template.id, "rule", "spring:purchase:")
    assert points.summary(session, member.id, now=MORNING).available > 0
