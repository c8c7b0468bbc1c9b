from datetime import date, timedelta

import pytest

from backend import checkin, points
from backend.oa import texts
from backend.oa.replies import Links, answer_to, balance, card, check_in
from tests.factories.members import make_member
from tests.support.clocks import MORNING

LINKS = Links("wx0000000000000b0b", "https://shop.example/wechat/guide")


@pytest.fixture
def member(session):
    return make_member(session)


@pytest.mark.parametrize("words", ["签到", " 签到\n", "签到！", "「签到」", "签到。", "\u3000签到", "【签到】"])
def test_a_word_is_known_however_it_is_typed(words):
    assert answer_to(words) is check_in


@pytest.mark.parametrize("words", ["", "！", "我要签到吗", "签 到", "check-in", "签到积分"])
def test_other_words_are_not(words):
    assert answer_to(words) is None


def test_every_word_of_the_help_has_an_answer():
    assert all(answer_to(word) and word in texts.HELP for word in (texts.CARD, texts.POINTS, texts.CHECK_IN))


def test_link_opens_the_mini_program_or_the_guide():
    assert LINKS.to("pages/card/index", "打开") == (
        '<a href="https://shop.example/wechat/guide" data-miniprogram-appid="wx0000000000000b0b" '
        'data-miniprogram-path="pages/card/index">打开</a>'
    )


def test_link_stays_within_its_quotes():
    assert '"><' not in Links('"><b>', '"><b>').to('"><b>', "打开")


def test_card_shows_masked_number_and_tier(session, member):
    text = card(session, member.id, MORNING, LINKS)
    assert member.card_no not in text
    assert f"****{member.card_no[-4:]}" in text
    assert "会员等级：普通" in text
    assert texts.CARD_PAGE in text


def test_balance_of_a_newcomer_is_the_gift_and_when_it_expires(session, member):
    text = balance(session, member.id, MORNING, LINKS)
    assert text.startswith("可用积分：100\n其中 100 积分将于 2027 年 3 月 1 日到期\n<a ")


def test_balance_names_what_expires_next(session, member):
    account = points.lock(session, member.id, now=MORNING)
    points.credit(session, account, 30, source=points.Source("test", 1), now=MORNING, expiry=points.Expiry("months", 1))
    text = balance(session, member.id, MORNING, LINKS)
    assert "可用积分：130" in text
    assert "其中 30 积分将于 2026 年 4 月 1 日到期" in text


def test_balance_without_points_says_nothing_of_expiry(session, member):
    account = points.lock(session, member.id, now=MORNING)
    points.spend(session, account, 100, source=points.Source("test", 1), now=MORNING)
    text = balance(session, member.id, MORNING, LINKS)
    assert "可用积分：0" in text
    assert "到期" not in text


def test_balance_tells_a_debt(session, member):
    account = points.lock(session, member.id, now=MORNING)
    points.credit(session, account, 30, source=points.Source("test", 1), now=MORNING)
    points.spend(session, account, 130, source=points.Source("test", 2), now=MORNING)
    points.take_back(session, account, 30, of=[points.Source("test", 1)], source=points.Source("test", 3), now=MORNING)
    assert "待扣积分：30" in balance(session, member.id, MORNING, LINKS)


def test_balance_is_of_its_instant(session, member):
    after_expiry = MORNING + timedelta(days=366)
    assert "可用积分：0" in balance(session, member.id, after_expiry, LINKS)


def test_check_in_is_the_same_as_in_the_mini_program(session, member):
    text = check_in(session, member.id, MORNING, LINKS)
    assert text == "签到成功！已连续签到 1 天，获得 5 积分，当前积分 105。"
    assert [visit.day for visit in checkin.month(session, member.id, date(2026, 3, 1))] == [date(2026, 3, 1)]


def test_second_check_in_is_refused(session, member):
    check_in(session, member.id, MORNING, LINKS)
    with pytest.raises(checkin.AlreadyCheckedIn):
        check_in(session, member.id, MORNING, LINKS)
