from datetime import date, timedelta

import pytest

from backend import benefits, lifecycle, members
from backend.benefits.gifts import stock_gifts
from backend.kit.calendar import day_start
from backend.members import ProfileChanges
from tests.factories.benefits import benefit, birthday_gift, offer
from tests.factories.members import make_member
from tests.factories.stores import make_store
from tests.support.clocks import MORNING

BIRTHDAY = date(1990, 3, 3)


def born(session, member_id, birthday=BIRTHDAY):
    members.update_profile(session, member_id, changes=ProfileChanges(birthday=birthday), now=MORNING)
    session.flush()


@pytest.fixture
def ask(session, member_id, rng):
    offer(session, birthday_gift(), benefit())
    born(session, member_id)

    def gift(now=MORNING, code="gift", who=member_id):
        found = benefits.ask_for_gift(session, who, code, rng=rng, now=now)
        session.flush()
        return found

    return gift


def at(day):
    return day_start(date(2026, 3, day)) + timedelta(hours=10)


def test_it_waits_around_the_birthday_under_one_code(ask):
    gift = ask()
    assert (gift.celebrated_on, gift.pick_up_by) == (date(2026, 3, 3), day_start(date(2026, 3, 9)))
    assert len(gift.pickup_code) == 12
    assert ask(at(8)) is gift


@pytest.mark.parametrize("birthday", [date(1990, 2, 23), date(1990, 3, 5)])
def test_not_before_and_not_after(ask, session, birthday):
    other = make_member(session).id
    born(session, other, birthday)
    with pytest.raises(benefits.NoBirthdayNow):
        ask(who=other)


def test_who_has_none(ask, session):
    with pytest.raises(benefits.NoBirthdayNow):
        ask(who=make_member(session).id)
    with pytest.raises(benefits.BenefitUnknown):
        ask(code="returns")


def test_handed_out_once_and_told_again_at_the_same_store(ask, session, member_id, store_id):
    gift = ask()
    for _ in range(2):
        done = benefits.hand_out_gift(session, gift.pickup_code, store_id=store_id, now=at(4))
        assert (done.store_id, done.handed_at) == (store_id, at(4))
    with pytest.raises(benefits.GiftUnknown):
        benefits.hand_out_gift(session, gift.pickup_code, store_id=make_store(session).id, now=at(4))
    used = benefits.uses(session, member_id, limit=9)
    assert [(one.benefit, one.way, one.used_on) for one in used] == [("gift", "gift", date(2026, 3, 3))]


def test_a_mistake_is_taken_back(ask, session, store_id):
    gift = ask()
    how = {"store_id": store_id, "by": "till-1", "now": at(4)}
    with pytest.raises(benefits.NotHandedOut):
        benefits.take_gift_back(session, gift.pickup_code, **how)
    benefits.hand_out_gift(session, gift.pickup_code, store_id=store_id, now=at(4))
    assert benefits.take_gift_back(session, gift.pickup_code, **how).handed_at is None
    assert benefits.hand_out_gift(session, gift.pickup_code, store_id=store_id, now=at(5)).handed_at == at(5)


def test_it_lapses_with_the_period(ask, session, store_id):
    gift = ask()
    with pytest.raises(benefits.GiftUnknown):
        benefits.hand_out_gift(session, gift.pickup_code, store_id=store_id, now=gift.pick_up_by)
    with pytest.raises(benefits.GiftUnknown):
        benefits.hand_out_gift(session, "000000000000", store_id=store_id, now=at(4))


def test_once_a_year_also_after_a_corrected_birthday(ask, session, member_id, store_id):
    benefits.hand_out_gift(session, ask().pickup_code, store_id=store_id, now=at(4))
    with pytest.raises(benefits.GiftHad):
        ask(at(5))
    members.correct_birthday(session, member_id, date(1990, 4, 1), now=at(5))
    with pytest.raises(benefits.GiftHad):
        ask(day_start(date(2026, 4, 1)))
    assert ask(day_start(date(2027, 4, 1))).celebrated_on == date(2027, 4, 1)


def test_a_store_gives_no_more_than_it_has(ask, session, store_id, rng):
    stock_gifts(session, "gift", store_id, 1)
    session.flush()
    other = make_member(session).id
    born(session, other)
    first, second = ask().pickup_code, ask(who=other).pickup_code
    benefits.hand_out_gift(session, first, store_id=store_id, now=at(4))
    with pytest.raises(benefits.GiftGone), session.begin_nested():
        benefits.hand_out_gift(session, second, store_id=store_id, now=at(4))
    with pytest.raises(benefits.StockRefused):
        stock_gifts(session, "gift", store_id, 0)
    benefits.take_gift_back(session, first, store_id=store_id, by="till-1", now=at(4))
    assert benefits.hand_out_gift(session, second, store_id=store_id, now=at(4)).handed_at


def test_what_was_promised_holds(ask, session, store_id):
    code = ask().pickup_code
    offer(session, benefit())
    assert benefits.hand_out_gift(session, code, store_id=store_id, now=at(4)).name == "生日礼"


def test_who_was_two_has_it_once_and_who_left_has_none(ask, session, member_id, store_id):
    other, third = make_member(session).id, make_member(session).id
    for one in (other, third):
        born(session, one)
    codes = [ask(who=one).pickup_code for one in (member_id, other, third)]
    lifecycle.merge(session, gone_id=other, into_id=member_id, by="anna", reason="同一人", now=at(2))
    session.flush()
    benefits.hand_out_gift(session, codes[1], store_id=store_id, now=at(4))
    with pytest.raises(benefits.GiftHad):
        benefits.hand_out_gift(session, codes[0], store_id=store_id, now=at(4))
    closure, _ = lifecycle.ask_to_leave(session, third, now=MORNING - timedelta(days=7))
    session.flush()
    assert lifecycle.close_due(session, closure.id, now=at(4))
    with pytest.raises(benefits.GiftUnknown):
        benefits.hand_out_gift(session, codes[2], store_id=store_id, now=at(4))
