from datetime import date

import pytest
from sqlalchemy import select

from backend import messaging
from backend.coupons.facts import BirthdayCelebrated, BirthdayCoupon
from backend.messaging.models import Message
from tests.factories.members import make_member
from tests.support.clocks import MORNING

CAKE = BirthdayCoupon(7, "生日蛋糕券", date(2026, 3, 9))
TEA = BirthdayCoupon(8, "下午茶券", date(2026, 3, 31))


def tell(session, **fact):
    member = make_member(session)
    celebrated = {"member_id": member.id, "greeting": None, "coupons": (), "at": MORNING} | fact
    messaging.tell_birthday(session, BirthdayCelebrated(**celebrated))
    session.flush()
    told = select(Message.template, Message.words).where(Message.member_id == member.id, Message.template != "joined")
    return [tuple(row) for row in session.execute(told)]


@pytest.mark.parametrize(("coupons", "name"), [((CAKE,), "生日蛋糕券"), ((CAKE, TEA), "生日蛋糕券等")])
def test_coupons_are_told_with_the_wish_by_the_one_that_is_over_first(session, coupons, name):
    words = {"greeting": "祝您生日快乐！", "name": name, "count": str(len(coupons)), "last_day": "2026年3月9日"}
    assert tell(session, coupons=coupons) == [("birthday_coupon", words)]


def test_the_words_of_the_house_stand_for_the_wish(session):
    assert tell(session, coupons=(CAKE,), greeting="常来坐坐")[0][1]["greeting"] == "常来坐坐"
    assert tell(session, greeting="常来坐坐") == [("birthday_greeting", {"greeting": "常来坐坐"})]
