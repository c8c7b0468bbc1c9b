from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from backend import mall, messaging
from backend.messaging.models import Message
from tests.factories.members import make_member
from tests.support.clocks import MORNING
from tests.support.runtimes import make_runtime

PICK_UP_BY = datetime(2026, 3, 15, 16, tzinfo=UTC)
PLACE = {"pickup_code": "402913377580", "store_name": "南京路店", "pick_up_by": PICK_UP_BY}
TO_FETCH = {"pickup_code": "402913377580", "store": "南京路店", "last_day": "2026年3月15日"}
AT = "2026年3月1日 09:00"


@pytest.fixture
def runtime(engine, clock):
    """Deciding asks nobody."""
    return make_runtime(engine, clock)


@pytest.fixture
def told(session):
    """Tell a member something of an order; what they will hear: the templates and their words."""
    member_id = make_member(session).id
    ours = Message.member_id == member_id, Message.template != "points_earned"  # the gift of joining

    def told(verb, fact, **parts):
        verb(session, fact(member_id=member_id, order_no="4711", title="陶瓷杯", **{"at": MORNING} | parts))
        session.flush()
        return [(one.template, one.words) for one in session.scalars(select(Message).where(*ours))]

    return told


def test_an_exchange_is_told_with_its_code_and_last_day(told):
    words = {"item": "陶瓷杯", "points": "300"} | TO_FETCH
    heard = told(messaging.tell_exchange_confirmed, mall.ExchangeConfirmed, points=300, **PLACE)
    assert heard == [("exchange_confirmed", words)]


@pytest.mark.parametrize(
    ("verb", "fact", "template"),
    [
        (messaging.tell_exchange_ready, mall.ExchangeReady, "exchange_ready"),
        (messaging.tell_exchange_lapses_soon, mall.ExchangeLapsesSoon, "exchange_lapses_soon"),
    ],
)
def test_what_is_to_be_fetched_is_told_with_its_code_and_last_day(told, verb, fact, template):
    assert told(verb, fact, **PLACE) == [(template, {"item": "陶瓷杯"} | TO_FETCH)]


def test_what_is_on_its_way_is_told_with_its_number(told):
    words = {"item": "陶瓷杯", "carrier": "顺丰速运", "tracking_no": "SF1", "at": AT}
    heard = told(messaging.tell_exchange_shipped, mall.ExchangeShipped, carrier="顺丰速运", tracking_no="SF1")
    assert heard == [("exchange_shipped", words)]
