import re
from dataclasses import replace

import pytest

from backend.app import create_app
from tests.backend.oa.pages.browser import Browser

PAGES = ["card", "points", "coupons", "inbox"]
LOADED = re.compile(r'(?:src|href)="(/wechat/pages/static/[^"#]+)')


@pytest.mark.parametrize("page", [*PAGES, "join"])
def test_pages_are_closed_to_frames_strangers_scripts_and_caches(browser, page):
    headers = browser.client.get(f"/wechat/pages/{page}").headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert (headers["Cache-Control"], headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("page", PAGES)
def test_pages_hold_no_script_or_style_of_their_own(browser, page):
    text = browser.open(f"/wechat/pages/{page}").text
    assert not re.search(r"<style|<script(?![^>]*\bsrc=)|\bstyle=|\bon\w+=", text)


@pytest.mark.parametrize("page", PAGES)
def test_what_pages_load_is_there_and_kept(browser, page):
    loaded = set(LOADED.findall(browser.open(f"/wechat/pages/{page}").text))
    assert len(loaded) >= 3
    for address in loaded:
        answer = browser.client.get(address, buffered=True)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "public, max-age=86400")
        assert re.search(r"\?v=[0-9a-f]{10}$", address)


def test_wechats_own_script_is_the_only_stranger_and_not_loaded_from_a_simulated_one(browser, runtime, wechat, user):
    page = browser.open("/wechat/pages/card")
    assert "https://res.wx.qq.com/open/js/jweixin-1.6.0.js" in page.text
    assert "script-src 'self' https://res.wx.qq.com;" in page.headers["Content-Security-Policy"]
    simulated = Browser(create_app(replace(runtime, development=True)).test_client(), wechat, user)
    page = simulated.open("/wechat/pages/card")
    assert "res.wx.qq.com" not in page.text
    assert "script-src 'self';" in page.headers["Content-Security-Policy"]


def test_cookies_of_a_development_place_go_over_http(runtime, wechat, user):
    client = create_app(replace(runtime, development=True)).test_client()
    assert "Secure" not in client.get("/wechat/pages/card").headers["Set-Cookie"]


@pytest.mark.parametrize("path", ["nothing", "card/x", "open/nowhere", "coupons/1/x"])
def test_unknown_pages_are_pages(browser, path):
    page = browser.client.get(f"/wechat/pages/{path}")
    assert page.status_code == 404
    assert "没有这个页面" in page.text


@pytest.mark.parametrize("page", ["points", "coupons", "inbox"])
@pytest.mark.parametrize("cursor", ["x", "W10", "WyJhIl0", "a" * 201])
def test_broken_cursors_are_a_page_that_says_so(browser, page, cursor):
    answer = browser.client.get(f"/wechat/pages/{page}?cursor={cursor}")
    assert answer.status_code == 400
    assert "分页参数无效" in answer.text


def test_home_is_the_card(client):
    assert client.get("/wechat/pages/").location == "/wechat/pages/card"
