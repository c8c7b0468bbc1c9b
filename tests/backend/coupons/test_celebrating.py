from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import select

from backend import coupons, members
from backend.coupons import BirthdayBook, celebrating
from backend.coupons.ways import BirthdayGift
from backend.members import MembersMerged
from backend.messaging.models import Message
from tests.factories.coupons import make_template
from tests.factories.members import make_member
from tests.support.clocks import MORNING
from tests.support.races import race
from tests.support.runtimes import make_runtime

DAY = timedelta(days=1)
LUCK = Random(27)


@pytest.fixture
def member(session):
    return make_member(session)


@pytest.fixture
def book(session):
    return BirthdayBook(coupons=(make_template(session, validity={"days": 30}).code,), days_ahead=3)


def celebrate(session, member, book, now=MORNING):
    given = coupons.celebrate(session, member.id, book, rng=LUCK, now=now)
    session.flush()
    return given


def told(session, member):
    birthday = Message.template.in_(["birthday_coupon", "birthday_greeting", "coupon_received"])
    return session.scalars(select(Message).where(Message.member_id == member.id, birthday).order_by(Message.id)).all()


def test_it_is_given_and_told_once_a_year_whatever_is_asked(session, member, book):
    days = (0, 1, 30, 299, 300, 365)
    assert [celebrate(session, member, book, MORNING + day * DAY) for day in days] == [1, 0, 0, 0, 1, 0]
    assert len(told(session, member)) == 2


def test_coupons_and_greeting_are_one_message(session, member):
    cake, tea = make_template(session, validity={"days": 9}), make_template(session, validity={"days": 30})
    book = BirthdayBook(coupons=(tea.code, cake.code), days_ahead=0, greeting="生日快乐，常来坐坐")
    assert celebrate(session, member, book) == 2
    (message,) = told(session, member)
    assert message.template == "birthday_coupon"
    assert (message.words["count"], message.words["last_day"]) == ("2", "2026年3月9日")
    assert message.words["greeting"] == "生日快乐，常来坐坐"


def test_where_nothing_is_given_the_greeting_is_the_message(session, member):
    greets = BirthdayBook(coupons=(), days_ahead=0, greeting="生日快乐")
    assert [celebrate(session, member, greets, MORNING + day * DAY) for day in (0, 0, 1)] == [0, 0, 0]
    assert [(one.template, one.words) for one in told(session, member)] == [
        ("birthday_greeting", {"greeting": "生日快乐"})
    ]


def test_nothing_given_and_no_greeting_is_not_told(session, member):
    assert celebrate(session, member, BirthdayBook(coupons=("gone",), days_ahead=0)) == 0
    assert told(session, member) == []


def test_what_could_not_be_given_is_given_later_in_the_year(session, member, book):
    template = coupons.template(session, book.coupons[0])
    template.status = "paused"
    greeted = book.model_copy(update={"greeting": "生日快乐"})
    assert celebrate(session, member, greeted) == 0
    template.status = "live"
    session.flush()
    assert [celebrate(session, member, greeted, MORNING + DAY) for _ in range(2)] == [1, 0]
    assert [one.template for one in told(session, member)] == ["birthday_greeting", "birthday_coupon"]


@pytest.mark.parametrize("first", ["gone", "into", "both"])
def test_who_was_two_has_had_the_gift_when_either_had(session, member, book, first):
    other = make_member(session)
    for one, whose in ((member, "gone"), (other, "into")):
        if first in {whose, "both"}:
            celebrate(session, one, book, MORNING + (5 * DAY if whose == "gone" else 0 * DAY))
    coupons.move_coupons(session, MembersMerged(member.id, other.id, MORNING + 6 * DAY))
    session.flush()
    assert session.get(BirthdayGift, member.id) is None
    assert celebrate(session, other, book, MORNING + 7 * DAY) == 0


def test_a_changed_calendar_brings_no_second_gift(session, member, book):
    """The 15th of the eighth month was on 3 October 1990 and is on 25 September 2026."""
    celebrate(session, member, book)
    changes = members.ProfileChanges(birthday_calendar="lunar")
    members.update_profile(session, member.id, changes=changes, now=MORNING)
    assert celebrate(session, member, book, MORNING + 20 * DAY) == 0


def test_who_leaves_leaves_no_trace_of_the_birthday(session, member, book):
    celebrate(session, member, book)
    coupons.end_coupons(session, members.MembershipEnding(member.id, MORNING))
    assert session.get(BirthdayGift, member.id, populate_existing=True) is None


def many_nights(mariadb, clock):
    runtime = make_runtime(mariadb, clock)
    with runtime.sessions.write.begin() as session:
        member_id = make_member(session).id
        book = BirthdayBook(coupons=(make_template(session, validity={"days": 30}).code,), days_ahead=3)

    def night(number):
        with runtime.sessions.write.begin() as session:
            return coupons.celebrate(session, member_id, book, rng=Random(number), now=MORNING)

    return race(4, night)


def test_of_many_nights_at_once_one_gives_it(mariadb, clock):
    assert sorted(many_nights(mariadb, clock)) == [0, 0, 0, 1]


def test_without_the_lock_they_would_be_in_each_other_s_way(mariadb, clock, monkeypatch):
    """The negative control: all find nothing given, and but for the keys beneath all would give."""
    monkeypatch.setattr(celebrating.points, "lock", lambda *_, **__: None)
    with pytest.raises(Exception, match=r"1062|1213|NoneType"):
        many_nights(mariadb, clock)
