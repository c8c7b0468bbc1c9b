from datetime import timedelta

import pytest

from backend import insights, points
from backend.points import Source
from tests.factories.members import make_member
from tests.factories.purchases import make_purchase, make_store
from tests.support.clocks import MORNING


@pytest.fixture
def account(session):
    return points.lock(session, make_member(session).id, now=MORNING)


def test_promised_points_tell_what_they_are_for_and_when_they_come_in(session, account):
    store = make_store(session, return_days=7)
    made = make_purchase(session, 5_000, store_id=store.id, member_id=account.member_id)
    (one,) = insights.promised(session, account.member_id, limit=10)
    assert (one.words, one.points, one.since_at, one.until_at) == ("消费获得", 50, MORNING, made.settles_at)
    assert one.link == insights.Link("purchase", made.order_no, f"南京路店 {made.order_no}")


def test_what_was_taken_back_of_promised_points_is_not_told(session, account):
    source = Source("rule", "x")
    points.promise(session, account, 50, source=source, settles_at=MORNING + timedelta(days=1), now=MORNING)
    points.take_back(session, account, 20, source=Source("refund", 1), of=[source], now=MORNING)
    session.flush()
    assert [one.points for one in insights.promised(session, account.member_id, limit=10)] == [30]


def test_points_set_aside_tell_what_they_are_for_and_until_when(session, account):
    until = MORNING + timedelta(minutes=15)
    points.reserve(session, account, 20, source=Source("cash", 404), until=until, now=MORNING)
    points.reserve(session, account, 30, source=Source("exchange", 404), until=None, now=MORNING)
    first, second = insights.set_aside(session, account.member_id, limit=10)
    assert (first.words, first.points, first.until_at, first.link) == ("积分抵现", 20, until, None)
    assert (second.words, second.until_at) == ("积分兑换", None)
    assert insights.set_aside(session, account.member_id, after_id=first.id, limit=10) == [second]
