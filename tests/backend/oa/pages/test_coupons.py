import re
from datetime import timedelta

import pytest

from backend import coupons
from backend.oa.pages.codes import bar_picture
from tests.factories.coupons import make_coupon, make_template
from tests.factories.members import make_member

COUPONS = "/wechat/pages/coupons"
NAMES = re.compile(r'<span class="about"><b>([^<]+)</b>')


@pytest.fixture
def coupon(sessions, browser, member_id):
    with sessions.write.begin() as session:
        return make_coupon(session, member_id, terms="每单一张；\n<特价>除外")


def test_empty_pockets_say_so(browser):
    assert "还没有可用的优惠券" in browser.open(COUPONS).text
    assert "还没有用过优惠券" in browser.open(f"{COUPONS}?pocket=redeemed").text
    assert "没有过期的优惠券" in browser.open(f"{COUPONS}?pocket=expired").text
    assert "还没有可用的优惠券" in browser.open(f"{COUPONS}?pocket=nonsense").text


def test_coupon_is_in_its_pocket(browser, coupon, clock):
    page = browser.open(COUPONS).text
    assert NAMES.findall(page) == ["满300减50"]
    assert "2026-03-01 至 2026-03-31" in page
    assert "去使用" in page
    clock.move(timedelta(days=40))
    assert NAMES.findall(browser.open(COUPONS).text) == []
    assert NAMES.findall(browser.open(f"{COUPONS}?pocket=expired").text) == ["满300减50"]


def test_pages_of_a_pocket(browser, sessions, member_id):
    with sessions.write.begin() as session:
        template = make_template(session)
        for _ in range(25):
            make_coupon(session, member_id, template=template)
    page = browser.open(COUPONS).text
    more = re.search(r'href="(/wechat/pages/coupons\?pocket=ready&amp;cursor=[^"]+)"', page)[1].replace("&amp;", "&")
    rest = browser.open(more).text
    ids = [re.findall(r"/wechat/pages/coupons/([0-9]+)", text) for text in (page, rest)]
    assert list(map(len, ids)) == [20, 5]
    assert len({*ids[0], *ids[1]}) == 25
    assert "更多</a>" not in rest


def test_detail_shows_terms_and_the_code(browser, coupon, runtime, clock):
    page = browser.open(f"{COUPONS}/{coupon.id}").text
    assert "每单一张；\n&lt;特价&gt;除外" in page
    code = coupons.till_code(coupon, runtime.keys.card_codes, clock.now()).code
    assert bar_picture(code) in page
    answer = browser.client.get(f"{COUPONS}/{coupon.id}/code").json
    assert (answer["digits"], len(code), answer["seconds"]) == (code, 26, 60)


def test_detail_of_what_is_over_or_early_shows_no_code(browser, coupon, sessions, member_id, clock):
    with sessions.write.begin() as session:
        early = make_coupon(session, member_id, validity={"days": 3, "after": 2})
    page = browser.open(f"{COUPONS}/{early.id}").text
    assert "未到时间" in page
    assert 'id="code"' not in page
    clock.move(timedelta(days=40))
    page = browser.open(f"{COUPONS}/{coupon.id}").text
    assert "已过期" in page
    assert 'id="code"' not in page
    assert browser.client.get(f"{COUPONS}/{coupon.id}/code").json == {"digits": None}


@pytest.mark.parametrize("coupon_id", [0, 1, 2**63, 10**30])
def test_coupon_of_nobody(browser, coupon_id):
    assert browser.client.get(f"{COUPONS}/{coupon_id}").status_code == 404


def test_coupon_of_somebody_else(browser, sessions):
    with sessions.write.begin() as session:
        theirs = make_coupon(session, make_member(session))
    page = browser.client.get(f"{COUPONS}/{theirs.id}")
    assert page.status_code == 404
    answer = browser.client.get(f"{COUPONS}/{theirs.id}/code")
    assert (answer.status_code, answer.json["code"]) == (404, "coupons.unknown")
