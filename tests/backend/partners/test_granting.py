from random import Random

import pytest

from backend import coupons
from backend.partners import granting, registry
from backend.partners.errors import CouponBudgetUsedUp, CouponNotOffered, NotLinked, RefReused
from backend.partners.models import CouponOffer
from tests.factories.coupons import make_template
from tests.factories.members import make_member
from tests.factories.partners import link
from tests.support.clocks import MORNING

RNG = Random(9)


@pytest.fixture
def template(session, partner):
    """A template of which the partner may give two coupons."""
    made = make_template(session)
    registry.offer_coupons(session, partner.code, made.code, 2)
    session.flush()
    return made.code


def give(session, partner, alias, template, ref="g-1"):
    return granting.grant(session, partner.id, ref=ref, member=alias, template_code=template, rng=RNG, now=MORNING)


def test_a_reference_gives_one_coupon(session, partner, alias, member_id, template):
    first = give(session, partner, alias, template)
    assert give(session, partner, alias, template) is first
    coupon = session.get(coupons.Coupon, first.coupon_id)
    assert (coupon.member_id, coupon.source_kind) == (member_id, "partner")
    assert session.get(CouponOffer, (partner.id, template), populate_existing=True).given == 1


def test_a_reference_means_one_thing(session, partner, alias, template):
    give(session, partner, alias, template)
    other = link(session, partner, make_member(session).id).alias
    with pytest.raises(RefReused):
        give(session, partner, other, template)
    with pytest.raises(RefReused):
        give(session, partner, alias, "other")


def test_there_are_as_many_as_was_agreed(session, partner, alias, template):
    give(session, partner, alias, template)
    give(session, partner, alias, template, ref="g-2")
    with pytest.raises(CouponBudgetUsedUp):
        give(session, partner, alias, template, ref="g-3")


def test_what_was_not_offered_and_who_is_not_linked(session, partner, alias, template):
    with pytest.raises(CouponNotOffered):
        give(session, partner, alias, make_template(session).code)
    with pytest.raises(NotLinked):
        give(session, partner, "m0", template)
