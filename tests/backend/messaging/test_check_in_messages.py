from datetime import timedelta

from sqlalchemy import select

from backend import checkin, messaging
from backend.messaging.models import Message
from tests.factories.members import make_member
from tests.support.clocks import MORNING

TOMORROW = MORNING + timedelta(days=1)


def test_each_is_reminded_once_a_day_with_the_streak(session):
    faithful, new = sorted((make_member(session) for _ in range(2)), key=lambda member: member.id)
    checkin.check_in(session, faithful.id, now=MORNING)
    session.flush()
    ids = [faithful.id, new.id]
    told = [messaging.remind_of_check_in(session, ids, now=now) for now in (TOMORROW, TOMORROW)]
    assert told == [2, 0]
    mine = select(Message.words).where(Message.template == "check_in_reminder").order_by(Message.member_id)
    assert session.scalars(mine).all() == [
        {"day": "2026年3月2日", "streak": "1", "tip": "今天签到，连续天数不中断"},
        {"day": "2026年3月2日", "streak": "0", "tip": "今天签到，重新开始连续签到"},
    ]
    assert messaging.remind_of_check_in(session, ids, now=TOMORROW + timedelta(days=1)) == 2
