from datetime import UTC, datetime
from random import Random

import pytest
from sqlalchemy import select

from backend import coupons, messaging
from backend.messaging.models import Message
from tests.factories.books import change_book
from tests.factories.coupons import make_template
from tests.factories.members import make_member

MID_AUTUMN = datetime(2026, 9, 25, 1, 5, tzinfo=UTC)
LUCK = Random(5)
WISH = {"holiday": "mid-autumn", "greeting": "月圆人安"}


def book_says(session, *greetings):
    change_book(session, "holidays", greetings=list(greetings))
    return messaging.greetings_of(session, now=MID_AUTUMN)


def told(session, member_id):
    mine = select(Message.words).where(Message.member_id == member_id, Message.template == "holiday_greeting")
    return session.scalars(mine).all()


def test_only_what_falls_on_the_day_is_greeted(session):
    assert messaging.greetings_of(session, now=MID_AUTUMN) == [], "the first book greets nobody"
    lantern = {"holiday": "lantern", "greeting": "元宵快乐"}
    assert [one.holiday for one in book_says(session, WISH, lantern)] == ["mid-autumn"]


@pytest.mark.parametrize(
    ("day", "greeted"), [((2025, 9, 30), []), ((2025, 10, 1), ["mid-autumn"]), ((2025, 10, 6), [])]
)
def test_or_on_the_first_day_off_around_it(session, day, greeted):
    """In 2025 Mid-Autumn, on 6 October, was within the week of the National Day."""
    now = datetime(*day, 1, 5, tzinfo=UTC)
    change_book(session, "holidays", now=now, greetings=[WISH | {"on": "first-day-off"}])
    assert [one.holiday for one in messaging.greetings_of(session, now=now)] == greeted


def test_each_is_greeted_once_a_holiday_and_year(session):
    (greeting,) = book_says(session, WISH)
    ids = sorted(make_member(session).id for _ in range(2))
    greeted = [messaging.greet(session, some, greeting, rng=LUCK, now=MID_AUTUMN) for some in (ids[:1], ids, ids)]
    assert greeted == [1, 1, 0]
    words = {"holiday": "中秋节", "greeting": "月圆人安", "gift": "到店逛逛，惊喜等您"}
    assert [told(session, one) for one in ids] == [[words]] * 2


def test_a_coupon_is_given_once_and_told_with_the_greeting_only(session):
    template = make_template(session, validity={"days": 30}, supply={"stock": 1})
    (greeting,) = book_says(session, WISH | {"coupon": template.code})
    first, second = sorted(make_member(session).id for _ in range(2))
    for _ in range(2):
        messaging.greet(session, [first, second], greeting, rng=LUCK, now=MID_AUTUMN)
    given, not_given = (words["gift"] for one in (first, second) for words in told(session, one))
    assert given.endswith("」已放入卡包")
    assert not_given == "到店逛逛，惊喜等您", "there was one only"
    assert len(coupons.wallet(session, first, limit=9, now=MID_AUTUMN)) == 1
    assert session.scalars(select(Message.id).where(Message.template == "coupon_received")).all() == []


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"greetings": [{"holiday": "halloween", "greeting": "乐"}]},
        {"greetings": [{"holiday": "lantern", "greeting": "乐", "on": "first-day-off"}]},
        {"greetings": [{"holiday": "lantern", "greeting": "乐" * 21}]},
        {"greetings": [{"holiday": "lantern", "greeting": "乐"}] * 2},
        {"greetings": [WISH | {"coupon": "A B"}]},
    ],
)
def test_what_makes_no_sense_is_refused(wrong):
    with pytest.raises(messaging.holiday_messages.HolidaysRefused):
        messaging.checked_holidays(wrong)
