from datetime import date

import pytest

from backend import benefits
from tests.factories.benefits import benefit, birthday_gift, offer, parking
from tests.factories.books import change_book
from tests.factories.plans import sell_plans
from tests.factories.stores import make_store
from tests.support.clocks import MORNING


def refused(*listed):
    with pytest.raises(benefits.BookRefused) as error:
        benefits.checked({"benefits": list(listed)})
    return error.value.details["why"]


def test_the_first_book_is_empty(session):
    assert benefits.live(session, now=MORNING) == (benefits.BenefitBook(benefits=()), 1)


def test_all_kinds_can_be_written():
    kinds = ("booking", "priority_returns", "adviser", "alteration", "delivery", "other")
    plain = [benefit(kind.replace("_", "-"), kind, quotas={"gold": {"per": "visit"}}) for kind in kinds]
    book = benefits.checked({"benefits": [parking(), birthday_gift(), *plain]})
    assert [one.code for one in book.benefits][:2] == ["parking", "gift"]
    assert book.of_code("gift").name == "生日礼"
    assert book.of_code("nothing") is None


@pytest.mark.parametrize(
    ("parts", "word"),
    [
        ({"code": "Ä"}, "格式不符"),
        ({"kind": "spa"}, "之一"),
        ({"name": " "}, "不能为空"),
        ({"quotas": {}}, "没有任何等级享有"),
        ({"quotas": {"basic": {"amount": 0, "per": "day"}}}, "不能小于 1"),
        ({"quotas": {"basic": {"amount": 1, "per": "week"}}}, "之一"),
        ({"from_on": "2026-03-02", "until_on": "2026-03-01"}, "先于开始"),
        ({"from_on": "soon"}, "from_on"),
        ({"kind": "parking"}, "须写明 parking"),
        ({"kind": "birthday_gift"}, "须写明 birthday"),
        ({"birthday": {"days_before": 1}}, "须写明 birthday"),
        ({"kind": "adviser"}, "amount 只能为 1"),
        ({"surprise": 1}, "没有这一项"),
        ({"plan": {"amount": 1, "per": "day"}}, "同一周期"),
        ({"worth_fen": 1}, "不会起作用"),
        ({"stores": []}, "至少 1 项"),
    ],
)
def test_what_cannot_be_meant_is_refused(parts, word):
    assert word in refused(benefit() | parts)


def test_contradictions_are_told_all_at_once():
    ladder = {"purchases": [{"from_fen": 2, "minutes": 60}, {"from_fen": 1, "minutes": 30}]}
    dear = {"points": {"points": 100, "minutes": 30, "most_points": 50}}
    why = refused(parking(), parking(code="more", parking=ladder | dear), benefit(), benefit())
    for words in ("returns 重复", "重叠", "逐级递增", "一份时长也买不到"):
        assert words in why


def test_parking_of_two_seasons_does_not_overlap():
    summer = parking(code="summer", until_on="2026-08-31")
    book = benefits.checked({"benefits": [summer, parking(code="autumn", from_on="2026-09-01")]})
    assert book.parking_on(date(2026, 8, 31)).code == "summer"
    assert book.parking_on(date(2026, 9, 1)).code == "autumn"
    assert book.parking_on(date(2026, 8, 31)).is_valid_on(date(2026, 9, 1)) is False


def test_tiers_and_stores_that_there_are_not_are_refused_when_it_is_drafted(session):
    store = make_store(session)
    how = {"based_on": 1, "by": "anna", "note": "权益", "now": MORNING}
    wrong = benefit(quotas={"emperor": {"per": "day"}}, stores=[store.code, "NOWHERE"])
    with pytest.raises(benefits.BookRefused) as error:
        benefits.draft(session, {"benefits": [wrong]}, **how)
    assert error.value.details["why"] == "权益 returns 提到未知等级 emperor；权益 returns 提到未知门店 NOWHERE"
    assert benefits.draft(session, {"benefits": [benefit(stores=[store.code])]}, **how).version == 2


def test_a_catalogue_whose_tiers_were_renamed_is_found(session):
    offer(session, benefit())
    assert benefits.strangers(session, benefits.live(session, now=MORNING)[0], now=MORNING) == []
    change_book(session, "tiers", tiers=[{"code": "one", "name": "一"}], replaced={})
    found = benefits.strangers(session, benefits.live(session, now=MORNING)[0], now=MORNING)
    assert found == ["权益 returns 提到未知等级 basic", "权益 returns 提到未知等级 silver"]


def test_what_memberships_promise_and_the_catalogue_does_not_keep(session):
    sell_plans(session)
    book = benefits.checked({"benefits": [benefit("lounge", "other", plan={"per": "month"})]})
    assert benefits.unkept(session, book, now=MORNING) == ["付费会员 baby 的权益 nursery 未写 plan"]
