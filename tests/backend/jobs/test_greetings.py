from datetime import UTC, datetime, timedelta
from os import urandom

import pytest
from sqlalchemy import func, select

from backend import checkin
from backend.jobs import greetings
from backend.messaging import deciding
from backend.messaging.models import Message
from tests.factories.books import change_book
from tests.factories.coupons import make_template
from tests.factories.members import make_member
from tests.support.clocks import MORNING
from tests.support.races import race
from tests.support.runtimes import make_runtime

WOMENS_DAY = datetime(2026, 3, 8, 1, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _small_slices(monkeypatch):
    monkeypatch.setattr(greetings, "SLICE", 2)
    monkeypatch.setattr(greetings, "SLICE_WITH_COUPONS", 2)


def fill(runtime, *, coupon=False, members=5):
    with runtime.sessions.write.begin() as session:
        for _ in range(members):
            checkin.remind_me(session, make_member(session).id, wanted=True, now=MORNING)
        code = make_template(session, validity={"days": 30}).code if coupon else None
        wish = {"holiday": "womens-day", "greeting": "节日快乐", "coupon": code}
        change_book(session, "holidays", greetings=[wish])
        change_book(session, "win-back", after_days=5, again_after_days=5, times=2, coupon=code)


def told(runtime, template):
    with runtime.sessions.read() as session:
        return session.scalar(select(func.count()).where(Message.template == template))


@pytest.mark.parametrize("coupon", [False, True])
def test_all_are_told_once_slice_by_slice(runtime, coupon):
    fill(runtime, coupon=coupon)
    works = {"greeted": greetings.greet_holidays, "reminded": greetings.remind_check_ins, "asked": greetings.win_back}
    for counted, work in works.items():
        assert [work(runtime, WOMENS_DAY) for _ in range(2)] == [{counted: 5}, {}]
    later = WOMENS_DAY + timedelta(days=5)
    assert [greetings.win_back(runtime, later), greetings.greet_holidays(runtime, later)] == [{"asked": 5}, {}]


@pytest.mark.parametrize(
    ("work", "template"),
    [
        (greetings.greet_holidays, "holiday_greeting"),
        (greetings.remind_check_ins, "check_in_reminder"),
        (greetings.win_back, "win_back"),
    ],
)
def test_two_at_once_tell_each_once(mariadb, clock, work, template):
    runtime = make_runtime(mariadb, clock)
    fill(runtime, coupon=True)
    race(2, lambda _: work(runtime, WOMENS_DAY))
    assert told(runtime, template) == 5


def test_without_the_key_of_their_cause_two_at_once_would_tell_twice(mariadb, clock, monkeypatch):
    """The negative control of the race above."""
    monkeypatch.setattr(deciding, "cause_of", lambda *_: urandom(32))
    runtime = make_runtime(mariadb, clock)
    fill(runtime, members=9)
    race(2, lambda _: greetings.greet_holidays(runtime, WOMENS_DAY))
    assert told(runtime, "holiday_greeting") > 9
