from datetime import date
from random import Random

import pytest

from backend import coupons, members
from backend.jobs.nightly import nightly
from tests.factories.books import change_book
from tests.factories.coupons import make_template
from tests.factories.members import make_application, make_identity
from tests.support.clocks import MORNING


def test_the_book_says_what_and_when(session):
    assert coupons.birthday_days(session, now=MORNING)[1] == [], "the first book gives nothing and greets nobody"
    change_book(session, "birthdays", greeting="祝您生日快乐")
    assert coupons.birthday_days(session, now=MORNING)[1] == [date(2026, 3, day) for day in (1, 2, 3, 4)]
    change_book(session, "birthdays", coupons=["cake"], days_ahead=0)
    book, days = coupons.birthday_days(session, now=MORNING)
    assert (book.coupons, book.greeting, days) == (("cake",), "祝您生日快乐", [date(2026, 3, 1)])
    change_book(session, "birthdays", all_month=True)
    assert coupons.birthday_days(session, now=MORNING)[1] == [date(2026, 3, day) for day in range(1, 32)]


@pytest.mark.parametrize(
    "wrong", [{"coupons": ["A"]}, {"days_ahead": -1}, {"more": 1}, {"all_month": 1}, {"greeting": "祝" * 21}]
)
def test_what_makes_no_sense_is_refused(wrong):
    with pytest.raises(coupons.BookRefused):
        coupons.checked_birthdays({"coupons": [], "days_ahead": 3} | wrong)


def test_the_night_gives_each_what_there_is_once_a_year(runtime, sessions):
    with sessions.write.begin() as session:
        template = make_template(session, validity={"days": 30})
        change_book(session, "birthdays", coupons=[template.code, "gone"], days_ahead=3)
        identity = make_identity(session)
        application = make_application(birthday=date(1990, 3, 4))
        member = members.join(session, identity.id, application=application, rng=Random(1), now=MORNING).member
    for _ in range(2):
        nightly(runtime, MORNING)
    with sessions.read() as session:
        (coupon,) = coupons.wallet(session, member.id, limit=9, now=MORNING)
        assert (coupon.source_kind, coupon.source_id) == ("birthday", "2026-03-01")
        assert [one.failure for one in coupons.promises_refused(session, limit=9)] == ["coupons.template-unknown"]
