from datetime import date, timedelta
from random import Random

import pytest

from backend import checkin, mall, points, preferences
from backend.oa import texts
from backend.oa.replies import Links, answer_to, balance, card, check_in, events, exchanges, usable_coupons
from tests.factories.addresses import make_address
from tests.factories.coupons import make_coupon
from tests.factories.draws import make_draw
from tests.factories.events import make_event
from tests.factories.mall import give_points, make_item
from tests.factories.members import make_member
from tests.factories.stores import make_store
from tests.support.clocks import MORNING

LINKS = Links("wx0000000000000b0b", "https://shop.example")


@pytest.fixture
def member(session):
    return make_member(session)


@pytest.mark.parametrize("words", ["签到", " 签到\n", "签到！", "「签到」", "签到。", "\u3000签到", "【签到】"])
def test_a_word_is_known_however_it_is_typed(words):
    assert answer_to(words) is check_in


@pytest.mark.parametrize("words", ["", "！", "我要签到吗", "签 到", "check-in", "签到积分"])
def test_other_words_are_not(words):
    assert answer_to(words) is None


@pytest.mark.parametrize("words", ["TD", "td", "T D", "退订"])
def test_who_writes_td_gets_no_more_marketing_in_wechat_and_is_told_the_way_back(session, member, words):
    text = answer_to(words)(session, member.id, MORNING, LINKS)
    session.flush()
    refused = preferences.refusals(session, [member.id])[member.id] - preferences.BY_HOUSE
    assert refused == {
        (topic, way) for topic in ("campaigns", "greetings") for way in ("official-account", "mini-program")
    }
    assert text.startswith("已退订")
    assert "「DY」" in text
    assert texts.PREFERENCES_PAGE in text
    assert preferences.changes(session, member.id, limit=1)[0].source == "official-account"


def test_who_writes_dy_gets_it_again(session, member):
    answer_to("TD")(session, member.id, MORNING, LINKS)
    assert answer_to("订阅")(session, member.id, MORNING, LINKS).startswith("已恢复")
    session.flush()
    assert preferences.refusals(session, [member.id])[member.id] == preferences.BY_HOUSE


def test_every_word_of_the_help_has_an_answer():
    words = (texts.CARD, texts.POINTS, texts.COUPONS, texts.CHECK_IN, texts.EXCHANGE)
    assert all(answer_to(word) and word in texts.HELP for word in words)
    assert texts.EVENTS in texts.HELP
    assert texts.PEOPLE in texts.HELP


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


def test_coupons_name_what_is_over_first(session, member):
    for day, name in (("20", "满300减50"), ("10", "咖啡券"), ("30", "停车券"), ("31", "赠品券")):
        make_coupon(session, member, name=name, validity={"first": "2026-03-01", "last": f"2026-03-{day}"})
    lines = usable_coupons(session, member.id, MORNING, LINKS).splitlines()
    assert lines[:-1] == [
        "您有 4 张可用优惠券，最先到期的是：",
        "· 咖啡券（3 月 10 日到期）",
        "· 满300减50（3 月 20 日到期）",
        "· 停车券（3 月 30 日到期）",
    ]
    assert texts.COUPONS_PAGE in lines[-1]


def test_without_coupons_it_says_so(session, member):
    text = usable_coupons(session, member.id, MORNING, LINKS)
    assert text.startswith("您暂时没有可用的优惠券。\n<a ")


def test_exchanges_tell_only_the_end_of_a_code(session, member):
    item, store = make_item(session, title="帆布袋"), make_store(session)
    give_points(session, member.id, 1_000)
    order = mall.exchange(session, member.id, {item.id: 1}, store_id=store.id, rng=Random(1), now=MORNING)
    text = exchanges(session, member.id, MORNING, LINKS)
    assert f"· 帆布袋：请于 3 月 15 日前到店提货，提货码尾号 {order.pickup_code[-2:]}" in text
    assert order.pickup_code not in text
    assert texts.ORDERS_PAGE in text
    assert texts.MALL_PAGE in text


def test_exchanges_that_are_sent(session, member):
    item, entry = make_item(session, title="保温杯", ways="shipping"), make_address(session, member.id)
    give_points(session, member.id, 1_000)
    order = mall.exchange_to_ship(session, member.id, {item.id: 1}, address_id=entry.id, rng=Random(1), now=MORNING)
    assert "· 保温杯：待发货" in exchanges(session, member.id, MORNING, LINKS)
    mall.ship(session, order.no, carrier="顺丰速运", tracking_no="SF1", now=MORNING)
    assert "· 保温杯：已发货，运送中" in exchanges(session, member.id, MORNING, LINKS)


def test_what_is_with_the_member_is_no_open_exchange(session, member):
    item, store = make_item(session), make_store(session)
    give_points(session, member.id, 1_000)
    order = mall.exchange(session, member.id, {item.id: 1}, store_id=store.id, rng=Random(1), now=MORNING)
    mall.pick_up(session, code=order.pickup_code, store_id=store.id, now=MORNING)
    text = exchanges(session, member.id, MORNING, LINKS)
    assert text.startswith("您没有进行中的兑换。\n<a ")
    assert texts.ORDERS_PAGE not in text


def test_events_name_the_next_ones_and_those_that_are_over_no_more(session):
    event = make_event(session, title="亲子烘焙课")
    assert events(session, MORNING, LINKS).startswith("近期活动：\n· 亲子烘焙课（3 月 7 日 开始）\n<a ")
    assert events(session, event.ends_at, LINKS).startswith("更多活动请在小程序中查看：\n<a ")


def test_events_name_the_draws_that_can_be_played(session):
    assert events(session, MORNING, LINKS).startswith("更多活动请在小程序中查看：\n<a ")
    make_draw(session, title="春季大抽奖")
    text = events(session, MORNING, LINKS)
    assert text.startswith("近期活动：\n· 春季大抽奖（截止 ")
    assert texts.DRAWS_PAGE in text
    assert texts.EVENTS_PAGE in text
