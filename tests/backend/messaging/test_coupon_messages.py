from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from backend import coupons, messaging
from backend.messaging.models import Message
from backend.points import Source
from tests.factories.coupons import make_coupon, make_template
from tests.factories.members import make_member
from tests.factories.stores import make_store
from tests.support import nights
from tests.support.clocks import MORNING

NIGHT = MORNING.replace(hour=18)  # 02:00 on 2 March in the shop
A_DAY = timedelta(days=1)


@pytest.fixture
def member(session):
    return make_member(session)


def told(session, template):
    session.flush()
    rows = session.scalars(select(Message).where(Message.template == template).order_by(Message.member_id, Message.id))
    return [message.words for message in rows]


def remind(session, *, at, limit=100):
    after = 0
    while after is not None:
        after = nights.remind_of_coupons(session, now=at, after_member_id=after, limit=limit)
        session.flush()


def test_a_coupon_that_came_in_is_told_but_for_what_the_screen_shows(session, member):
    make_coupon(session, member)
    make_coupon(session, member, source=Source("claim", 1))
    assert told(session, "coupon_received") == [
        {"name": "满300减50", "first_day": "2026年3月1日", "last_day": "2026年3月31日"}
    ]


@pytest.mark.parametrize(("days", "times"), [(4, 0), (3, 1), (2, 0), (1, 1), (0, 0)])
def test_coupons_are_told_of_3_and_1_days_ahead(session, member, days, times):
    make_coupon(session, member, validity={"first": "2026-03-01", "last": "2026-03-10"})
    remind(session, at=NIGHT + (8 - days) * A_DAY)
    assert len(told(session, "coupon_expiring")) == times


def test_one_member_gets_one_message_for_all_of_them_once_a_day(session, member):
    short, long = make_template(session, validity={"days": 3}), make_template(session, validity={"days": 5})
    for template in (short, short, long):
        make_coupon(session, member, template=template)
    for _ in range(2):
        remind(session, at=NIGHT)
    assert told(session, "coupon_expiring") == [
        {"name": "满300减50等", "count": "2", "last_day": "2026年3月3日", "total": "3"}
    ]


def test_slices_leave_nobody_out(session):
    template = make_template(session, validity={"days": 3})
    for _ in range(3):
        make_coupon(session, make_member(session), template=template)
    remind(session, at=NIGHT, limit=1)
    assert len(told(session, "coupon_expiring")) == 3


def test_a_used_coupon_is_told_once_with_what_it_took_off_and_where(session):
    member, store = make_member(session), make_store(session, name="徐汇店")
    fact = coupons.CouponRedeemed(member.id, 7, "满300减50", 5_000, store.id, at=MORNING, recorded_at=NIGHT)
    messaging.tell_coupon_redeemed(session, fact)
    messaging.tell_coupon_redeemed(session, replace(fact, redemption_id=8, discount_fen=0))
    session.flush()
    found = session.scalars(select(Message).where(Message.template == "coupon_redeemed").order_by(Message.id)).all()
    assert [message.decided_at for message in found] == [NIGHT, NIGHT]
    assert {message.words["discount"] for message in found} == {"¥50.00", "已核销"}
    assert (found[0].words["store"], found[0].words["at"]) == ("徐汇店", "2026年3月1日 09:00")
