import pytest

from backend import plans
from tests.factories.members import make_member
from tests.support.clocks import MORNING
from tests.support.statements import statements_of


def test_orders_are_listed_newest_first_page_by_page(session, buy, member_id):
    first, second = buy(now=MORNING), buy("baby", now=MORNING)
    assert [one.no for one in plans.orders(session, member_id, limit=1)] == [second.no]
    assert [one.no for one in plans.orders(session, member_id, before_id=second.id, limit=9)] == [first.no]


def test_an_order_is_its_member_s(session, buy):
    order = buy(now=MORNING)
    with pytest.raises(plans.OrderUnknown):
        plans.order(session, order.no, member_id=make_member(session).id)


def test_benefits_are_one_statement(session, buy, member_id):
    buy(now=MORNING)
    buy("baby", now=MORNING)
    session.expunge_all()
    with statements_of(session) as said:
        assert plans.benefits_of(session, member_id, now=MORNING) == {"lounge", "nursery"}
    assert len(said) == 1
