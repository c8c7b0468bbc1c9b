from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from backend import mall, messaging
from backend.messaging.models import Message
from backend.messaging.wording import lines
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
    ours = Message.member_id == member_id, Message.template != "joined"

    def told(verb, fact, **parts):
        verb(session, fact(member_id=member_id, order_no="4711", title="陶瓷杯", **{"at": MORNING} | parts))
        session.flush()
        return [(one.template, one.words) for one in session.scalars(select(Message).where(*ours))]

    return told


def test_an_exchange_is_told_with_its_code_and_last_day(told):
    words = {"item": "陶瓷杯", "points": "300"} | TO_FETCH
    heard = told(messaging.tell_exchange_confirmed, mall.ExchangeConfirmed, points=300, **PLACE)
    assert heard == [("exchange_confirmed", words)]


def test_what_is_ordered_ahead_is_told_with_its_window(told):
    words = {"item": "陶瓷杯"} | TO_FETCH | {"first_day": "2026年3月11日"}
    begins = datetime(2026, 3, 11, 1, tzinfo=UTC)
    heard = told(messaging.tell_pre_order_confirmed, mall.PreOrderConfirmed, **PLACE, pick_up_from=begins)
    assert heard == [("pre_order_confirmed", words)]


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


def test_what_is_to_be_sent_is_told_with_the_number_of_its_order(told):
    words = {"item": "陶瓷杯", "points": "300", "order_no": "4711", "at": AT}
    assert told(messaging.tell_exchange_to_be_sent, mall.ExchangeToBeSent, points=300) == [
        ("exchange_to_be_sent", words)
    ]


@pytest.mark.parametrize(
    ("reason", "said", "why"),
    [("refused", "商品破损", "商品破损"), ("lapsed", "", "超过提货期限，未领取"), ("returned", "", "商品已退回")],
)
def test_points_that_come_back_are_told_with_why(told, reason, said, why):
    words = {"item": "陶瓷杯", "points": "300", "why": why, "at": AT}
    heard = told(messaging.tell_exchange_cancelled, mall.ExchangeCancelled, points=300, reason=reason, words=said)
    assert heard == [("exchange_cancelled", words)]


def test_who_cancels_sees_it_and_is_not_told(told):
    assert not told(messaging.tell_exchange_cancelled, mall.ExchangeCancelled, points=300, reason="cancelled", words="")


def test_each_return_that_is_declined_is_told(told):
    words = {"item": "陶瓷杯", "why": "已拆封", "at": AT}
    heard = told(messaging.tell_return_declined, mall.ReturnDeclined, words="已拆封")
    assert heard == [("return_declined", words)]
    again = told(messaging.tell_return_declined, mall.ReturnDeclined, words="已拆封", at=PICK_UP_BY)
    assert [template for template, _ in again] == ["return_declined"] * 2


def test_the_shop_s_words_are_whole_in_the_inbox_and_end_in_dots_on_the_phone(told):
    why = "包装已经拆开而且" * 5
    ((template, words),) = told(messaging.tell_return_declined, mall.ReturnDeclined, words=why)
    assert ("未通过原因", why) in lines(template, words)
    shown = messaging.fields(messaging.CATALOGUE[template].lines, words)
    assert (len(shown["thing2"]), shown["thing2"][-1]) == (20, "…")
