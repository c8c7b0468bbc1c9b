import pytest

from backend import plans
from backend.demo.plans import sell_memberships
from tests.support.clocks import MORNING


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_demo_sells_a_year_and_a_month(session):
    sell_memberships(session, now=MORNING)
    _, book = plans.live(session, now=MORNING)
    assert [plan.code for plan in book.plans] == ["plus-year", "plus-month"]
