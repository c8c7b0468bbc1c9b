from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import select

from backend import checkin, coupons, messaging
from backend.messaging import win_back
from backend.messaging.models import Message
from tests.factories.books import change_book
from tests.factories.coupons import make_template
from tests.factories.members import make_member
from tests.support.clocks import MORNING

LUCK = Random(7)
DAY = timedelta(days=1)
RULES = {"after_days": 30, "again_after_days": 20, "times": 2, "greeting": "好久不见"}


@pytest.fixture
def member(session):
    return make_member(session)


def work(session, book, day):
    """What a morning's job does; answers to how many it wrote."""
    now, count = MORNING + day * DAY, 0
    for asked in reversed(range(book.times)):
        found = messaging.away(session, book, asked=asked, after=None, now=now, limit=9)
        ids = sorted(member_id for _, member_id in found)
        count += messaging.ask_back(session, ids, book, asked=asked, rng=LUCK, now=now) if ids else 0
    session.flush()
    return count


def test_the_first_book_writes_to_nobody(session, member):
    book = messaging.win_back_book(session, now=MORNING)
    assert (book.times, work(session, book, 400)) == (0, 0)


def test_who_stays_away_is_written_to_as_often_as_the_book_says(session, member):
    change_book(session, "win-back", **RULES)
    book = messaging.win_back_book(session, now=MORNING)
    session.flush()
    days = [day for day in range(200) if work(session, book, day)]
    assert days == [30, 50]
    told = session.scalars(select(Message.words).where(Message.template == "win_back").order_by(Message.id)).all()
    assert told[0] == {"greeting": "好久不见", "gift": "到店逛逛，惊喜等您", "day": "2026年3月31日"}


def test_being_here_begins_the_count_anew_but_not_within_the_time(session, member):
    change_book(session, "win-back", **RULES | {"after_days": 5})
    book = messaging.win_back_book(session, now=MORNING)
    session.flush()
    written = []
    for day in range(60):
        if day == 6:
            checkin.check_in(session, member.id, now=MORNING + 6 * DAY)
        written += [day] * work(session, book, day)
    assert written == [5, 25, 45]


def test_asked_again_the_same_day_nobody_is_written_to_twice(session, member):
    book = messaging.checked_win_back(RULES)
    session.flush()
    assert [work(session, book, 30) for _ in range(3)] == [1, 0, 0]
    assert messaging.ask_back(session, [member.id], book, asked=1, rng=LUCK, now=MORNING + 30 * DAY) == 0


def test_with_a_coupon_which_the_message_tells_of(session, member):
    template = make_template(session, validity={"days": 30})
    book = messaging.checked_win_back(RULES | {"coupon": template.code})
    session.flush()
    assert work(session, book, 30) == 1
    (words,) = session.scalars(select(Message.words).where(Message.template == "win_back"))
    assert words["gift"].endswith("」已放入卡包")
    assert len(coupons.wallet(session, member.id, limit=9, now=MORNING + 30 * DAY)) == 1


@pytest.mark.parametrize("wrong", [{"times": -1}, {"after_days": 0}, {"greeting": ""}, {"coupon": "A"}, {"more": 1}])
def test_what_makes_no_sense_is_refused(wrong):
    with pytest.raises(win_back.WinBackRefused):
        messaging.checked_win_back(RULES | wrong)
