import pytest
from sqlalchemy import select

from backend import messaging, partners
from backend.messaging.models import Message
from tests.factories.members import make_member
from tests.support.clocks import MORNING
from tests.support.runtimes import make_runtime

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture
def runtime(engine, clock):
    """Deciding asks nobody."""
    return make_runtime(engine, clock)


@pytest.fixture
def member_id(session):
    return make_member(session).id


def heard(session, member_id):
    session.flush()
    ours = Message.member_id == member_id, Message.template != "joined"
    return [(one.template, one.words) for one in session.scalars(select(Message).where(*ours))]


def test_points_that_went_out_are_told_and_those_that_came_in_are_told_elsewhere(session, member_id):
    for number, direction in enumerate(("in", "out"), start=1):
        fact = partners.PointsExchanged(member_id, number, "城市影院", direction, 100, 50, MORNING)
        messaging.tell_points_exchanged(session, fact)
    words = {"partner": "城市影院", "points": "100", "taken": "50"}
    assert heard(session, member_id) == [("partner_exchanged", words)]


def test_a_refusal_is_told_with_its_reason(session, member_id):
    fact = partners.ExchangeRefused(member_id, 1, "城市影院", 100, "商户未响应", MORNING)
    messaging.tell_exchange_refused(session, fact)
    words = {"partner": "城市影院", "points": "100", "reason": "商户未响应"}
    assert heard(session, member_id) == [("partner_refused", words)]
