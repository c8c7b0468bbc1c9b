import pytest

from backend.wechat import js_signature
from tests.backend.oa.pages.browser import SHOP
from tests.support.runtimes import OA

SIGN = "/wechat/pages/js-sdk"


def sign(client, url):
    return client.get(SIGN, query_string={"url": url})


def test_page_of_ours_is_signed_for_without_its_fragment(client, runtime):
    signed = sign(client, f"{SHOP}/wechat/pages/card?a=1#wechat_redirect").json
    assert (signed["appId"], signed["timestamp"]) == (OA.appid, 1772326800)
    ticket, url = runtime.official_account.web.js_ticket(), f"{SHOP}/wechat/pages/card?a=1"
    expected = js_signature(ticket, url=url, nonce=signed["nonceStr"], timestamp=signed["timestamp"])
    assert signed["signature"] == expected


def test_nonces_differ_and_the_ticket_is_fetched_once(client, wechat):
    before = len(wechat.calls("ticket/getticket"))
    assert len({sign(client, f"{SHOP}/").json["nonceStr"] for _ in range(5)}) == 5
    assert len(wechat.calls("ticket/getticket")) == before + 1


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/wechat/pages/card",
        "http://shop.example/",
        "https://shop.example.evil.example/",
        "https://evil.example/?https://shop.example/",
        "https://shop.example@evil.example/",
        "https://shop.example:444/",
        "https://[",
        f"{SHOP}/{'a' * 2048}",
    ],
)
def test_no_other_page_is(client, url):
    refused = sign(client, url)
    assert (refused.status_code, refused.json["code"]) == (422, "pages.foreign-url")


def test_trouble_at_wechat_is_a_problem(client, wechat):
    wechat.fault("ticket/getticket", errcode=45009)
    refused = sign(client, f"{SHOP}/")
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "3")
