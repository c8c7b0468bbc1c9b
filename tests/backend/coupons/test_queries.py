import pytest

from backend import coupons
from tests.factories.coupons import make_coupon, make_template
from tests.factories.members import make_member


def test_templates_by_code_by_id_and_in_pages(session):
    first, second = make_template(session), make_template(session, live=False)
    assert coupons.template(session, first.code) is coupons.template_of(session, first.id)
    assert coupons.templates_page(session, limit=9) == [second, first]
    assert coupons.templates_page(session, status="draft", limit=9) == [second]
    assert coupons.templates_page(session, before_id=second.id, limit=9) == [first]


def test_who_was_never_live_says_nothing_yet(session):
    template = make_template(session, live=False)
    with pytest.raises(coupons.TemplateUnknown):
        coupons.terms_of(session, template)
    with pytest.raises(coupons.TemplateUnknown):
        coupons.terms_of_version(session, template.id, 2)
    for unknown in (lambda: coupons.template(session, "x"), lambda: coupons.template_of(session, 1)):
        with pytest.raises(coupons.TemplateUnknown):
            unknown()


def test_a_coupon_is_its_members(session):
    mine, other = make_member(session), make_member(session)
    coupon = make_coupon(session, mine)
    assert coupons.coupon(session, mine.id, coupon.id) is coupon
    assert coupons.locked(session, coupon.id) is coupon
    with pytest.raises(coupons.CouponUnknown):
        coupons.coupon(session, other.id, coupon.id)
    with pytest.raises(coupons.CouponUnknown):
        coupons.locked(session, 1)
