import pytest

from backend.kit.limits import RateLimiter

JOIN = "/wechat/pages/join"


def test_who_is_no_member_is_told_how_to_become_one(stranger):
    page = stranger.open(JOIN).text
    assert "三步入会" in page
    assert 'href="/wechat/pages/open/join"' in page


def test_member_has_no_need_to_join(browser):
    assert browser.client.get(JOIN).location == "/wechat/pages/card"


@pytest.mark.parametrize("name", ["join", "card", "points", "orders", "draws"])
def test_way_into_the_mini_program(stranger, wechat, name):
    stranger.open(JOIN)
    link = stranger.client.get(f"/wechat/pages/open/{name}").location
    assert link.startswith(f"{wechat.base_url}/_sim/link/")
    assert wechat.calls("generate_urllink")[-1]["request"]["given"]["path"] == f"pages/{name}/index"


def test_each_gets_a_link_of_their_own(stranger):
    stranger.open(JOIN)
    assert len({stranger.client.get("/wechat/pages/open/join").location for _ in range(3)}) == 3


def test_wechat_that_gives_no_link_is_no_dead_end(stranger, wechat):
    stranger.open(JOIN)
    wechat.fault("generate_urllink", errcode=85407)
    page = stranger.client.get("/wechat/pages/open/join")
    assert page.status_code == 503
    assert "搜索小程序" in page.text


def test_links_are_not_made_without_end(stranger):
    stranger.open(JOIN)
    most = int(RateLimiter.RULES["url-link"].partition("/")[0])
    answers = [stranger.client.get("/wechat/pages/open/join") for _ in range(most + 1)]
    assert [answer.status_code for answer in answers] == [302] * most + [429]
    assert answers[-1].headers["Retry-After"]
    assert "操作太频繁" in answers[-1].text


def test_nobody_gets_a_link(client, wechat):
    assert client.get("/wechat/pages/open/join").location.startswith(f"{wechat.base_url}/connect/oauth2/authorize")
