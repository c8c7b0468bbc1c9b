import pytest
from sqlalchemy import select

from backend import coupons
from backend.coupons import stock
from backend.coupons.models import TemplateDay
from tests.factories.coupons import READER, WRITER, make_coupon, make_definition, make_template
from tests.factories.members import make_member
from tests.support.clocks import MORNING


def supply(**parts):
    return {"per_member": None} | parts


def day_count(session, template):
    return session.scalar(
        select(TemplateDay.issued)
        .where(TemplateDay.template_id == template.id)
        .execution_options(populate_existing=True)
    )


def test_a_day_is_counted_only_where_it_has_a_stock_of_its_own(session):
    free, daily = make_template(session), make_template(session, supply=supply(stock_per_day=3))
    member = make_member(session)
    for _ in range(2):
        make_coupon(session, member, template=free)
        make_coupon(session, member, template=daily)
    assert (day_count(session, free), day_count(session, daily)) == (None, 2)


def test_a_day_that_gets_a_stock_counts_what_it_gave_before(session):
    template = make_template(session)
    member = make_member(session)
    make_coupon(session, member, template=template)
    definition = make_definition(supply=supply(stock_per_day=2))
    coupons.draft(session, template.code, definition, by=WRITER, note="日限", now=MORNING)
    coupons.approve(session, template.code, by=READER, now=MORNING)
    coupons.go_live(session, template.code, by=READER, now=MORNING)
    make_coupon(session, member, template=template)
    assert day_count(session, template) == 2
    with pytest.raises(coupons.SoldOutToday):
        make_coupon(session, member, template=template)


def test_the_guard_refuses_what_the_look_let_pass(session):
    template = make_template(session, supply=supply(stock=1, stock_per_day=1))
    terms, coupon = coupons.terms_of(session, template), make_coupon(session, make_member(session), template=template)
    with pytest.raises(coupons.SoldOut):
        stock.take(session, template, terms, coupon.issued_on)
    coupons.pause(session, template.code, by=WRITER, note="等", now=MORNING)
    session.flush()
    with pytest.raises(coupons.NotLive):
        stock.take(session, template, terms, coupon.issued_on)


def test_giving_back_to_what_is_not_there_is_a_bug(session):
    with pytest.raises(LookupError):
        stock.give_back(session, 1, MORNING.date())
