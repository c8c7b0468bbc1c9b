from datetime import timedelta

import pytest
from sqlalchemy import func, select

from backend import members
from backend.members import Identity
from tests.backend.oa.pages.browser import SHOP, Browser
from tests.factories.members import make_member
from tests.support import identities
from tests.support.clocks import MORNING
from tests.support.runtimes import OA

CARD = "/wechat/pages/card"
EXCHANGE = "oauth2/access_token"


def known(sessions):
    with sessions.read() as session:
        return session.scalars(select(Identity).where(Identity.kind == members.OFFICIAL_ACCOUNT)).all()


def exchanges(wechat):
    return len(wechat.calls(EXCHANGE))


class TestWayThere:
    def test_member_is_let_in_unseen(self, stranger, member_id, wechat, user):
        page = stranger.open("/wechat/pages/points?cursor=WzJd")
        assert (page.status_code, page.request.full_path) == (200, "/wechat/pages/points?cursor=WzJd")
        to_wechat, back = stranger.went_to
        assert "scope=snsapi_base" in to_wechat
        assert back == "/wechat/pages/points?cursor=WzJd"

    def test_signed_in_browser_does_not_go_again(self, browser, wechat):
        before = exchanges(wechat)
        assert browser.open("/wechat/pages/points").status_code == 200
        assert exchanges(wechat) == before

    def test_after_twelve_hours_it_goes_again(self, browser, clock, wechat):
        before = exchanges(wechat)
        clock.move(timedelta(hours=12))
        assert browser.open("/wechat/pages/points").status_code == 200
        assert exchanges(wechat) == before + 1

    def test_states_are_random(self, stranger):
        assert len({stranger.begin()[1] for _ in range(20)}) == 20

    def test_comes_back_to_our_own_address_whatever_the_host(self, client, wechat):
        location = client.get(CARD, headers={"Host": "evil.example"}).location
        assert "redirect_uri=https%3A%2F%2Fshop.example%2Fwechat%2Fpages%2Flogin%2Fback" in location

    def test_cookies_are_closed_to_scripts_and_to_other_sites(self, stranger, client):
        _, state = stranger.begin()
        came = client.get(f"/wechat/pages/login/back?state={state}&code={stranger.wechat.web_code(stranger.user)}")
        (session, gone) = came.headers.getlist("Set-Cookie")
        assert session.startswith("baihui_page=")
        for part in ("; Secure", "; HttpOnly", "; SameSite=Lax", "; Path=/wechat/pages"):
            assert part in session
        assert gone.startswith(f"baihui_login_{state[:8]}=;")


class TestState:
    @pytest.mark.parametrize("state", ["", "x", "0" * 32, "ünicode" * 4, "a" * 4000])
    def test_wrong_one(self, client, state, wechat):
        before = exchanges(wechat)
        refused = client.get("/wechat/pages/login/back", query_string={"state": state, "code": "c"})
        assert (refused.status_code, exchanges(wechat)) == (400, before)
        assert "登录链接已失效" in refused.text

    def test_of_another_browser(self, stranger, app, wechat):
        _, state = stranger.begin()
        victim = app.test_client()
        code = wechat.web_code(stranger.user)
        assert victim.get(f"/wechat/pages/login/back?state={state}&code={code}").status_code == 400
        assert victim.get(CARD).status_code == 302

    def test_works_once(self, stranger, client, app, wechat):
        location, state = stranger.begin()
        cookies = client.get_cookie(f"baihui_login_{state[:8]}", path="/wechat/pages/login")
        assert client.get(stranger.come_back(location)).status_code == 302
        thief = app.test_client()
        thief.set_cookie(cookies.key, cookies.value, path="/wechat/pages/login")
        replayed = thief.get(f"/wechat/pages/login/back?state={state}&code={wechat.web_code(stranger.user)}")
        assert (replayed.status_code, thief.get_cookie("baihui_page", path="/wechat/pages")) == (400, None)

    def test_that_is_old(self, stranger, client, clock):
        location, _ = stranger.begin()
        clock.move(timedelta(minutes=10))
        assert client.get(stranger.come_back(location)).status_code == 400

    def test_replayed_by_the_back_button_leads_to_the_card(self, stranger, client, member_id):
        location, _ = stranger.begin()
        back = stranger.come_back(location)
        assert client.get(back).status_code == 302
        again = client.get(back)
        assert (again.status_code, again.location) == (302, CARD)

    def test_two_pages_opened_at_once_are_both_let_in(self, stranger, client, member_id):
        first, second = stranger.begin(CARD)[0], stranger.begin("/wechat/pages/inbox")[0]
        assert [client.get(stranger.come_back(one)).location for one in (first, second)] == [
            CARD,
            "/wechat/pages/inbox",
        ]

    def test_forged_cookie(self, client, stranger):
        _, state = stranger.begin()
        client.set_cookie(f"baihui_login_{state[:8]}", "ey.forged.token", path="/wechat/pages/login")
        assert client.get(f"/wechat/pages/login/back?state={state}&code=c").status_code == 400


class TestCode:
    def test_used_one_is_asked_for_anew_and_then_given_up(self, stranger, client, wechat, member_id):
        _, state = stranger.begin()
        used = wechat.web_code(stranger.user)
        client.get(f"/wechat/pages/login/back?state={state}&code={used}")
        stranger.client.delete_cookie("baihui_page", path="/wechat/pages")
        _, state = stranger.begin()
        anew = client.get(f"/wechat/pages/login/back?state={state}&code={used}")
        assert anew.location.startswith(wechat.base_url)
        assert client.get(stranger.come_back(anew.location)).location == CARD

    @pytest.mark.parametrize("errcode", [40029, 40163])
    def test_that_is_always_refused_ends_after_one_more_try(self, stranger, wechat, errcode):
        before = exchanges(wechat)
        wechat.fault(EXCHANGE, errcode=errcode, times=9)
        page = stranger.open(CARD)
        assert (page.status_code, exchanges(wechat) - before) == (403, 2)
        assert "未能完成登录" in page.text

    def test_of_a_user_at_risk_is_refused_at_once(self, stranger, wechat):
        before = exchanges(wechat)
        wechat.fault(EXCHANGE, errcode=40226, times=9)
        assert (stranger.open(CARD).status_code, exchanges(wechat) - before) == (403, 1)

    def test_missing_when_the_user_said_no(self, stranger, client):
        _, state = stranger.begin()
        assert client.get(f"/wechat/pages/login/back?state={state}").status_code == 403

    @pytest.mark.parametrize("fault", [{"errcode": 45009}, {"http_status": 502}, {"drop": "after"}, {"html": True}])
    def test_trouble_at_wechat_is_a_page_that_says_later(self, stranger, wechat, sessions, fault):
        wechat.fault(EXCHANGE, **fault)
        page = stranger.open(CARD)
        assert (page.status_code, page.headers["Retry-After"]) == (503, "3")
        assert "系统繁忙" in page.text
        assert known(sessions) == []
        assert stranger.open(CARD).status_code == 200


class TestWho:
    def test_snapshot_user_is_nobody(self, stranger, wechat, user, member_id, sessions):
        before = len(known(sessions))
        wechat.snapshot(user)
        page = stranger.open(CARD)
        assert page.status_code == 403
        assert "使用完整服务" in page.text
        assert stranger.client.get_cookie("baihui_page", path="/wechat/pages") is None
        assert len(known(sessions)) == before

    def test_follower_is_linked_by_asking_for_the_unionid(self, stranger, wechat, user, sessions):
        wechat.follow(user)
        with sessions.write.begin() as session:
            member = make_member(session, unionid=user.unionid)
        assert "会员卡" in stranger.open(CARD).text
        (identity,) = known(sessions)
        assert (identity.member_id, identity.follows) == (member.id, None)

    @pytest.mark.parametrize("fault", [{"errcode": -1}, {"http_status": 502}])
    def test_is_let_in_when_the_unionid_is_not_told(self, stranger, wechat, fault):
        wechat.fault("user/info", **fault, times=3)
        assert "三步入会" in stranger.open(CARD).text

    def test_stranger_is_invited(self, stranger, sessions):
        page = stranger.open(CARD)
        assert (page.status_code, page.request.path) == (200, "/wechat/pages/join")
        assert len(known(sessions)) == 1

    def test_the_same_again_is_the_same(self, stranger, app, wechat, user, sessions):
        stranger.open(CARD)
        Browser(app.test_client(), wechat, user).open(CARD)
        assert len(known(sessions)) == 1

    def test_who_has_left_is_asked_anew(self, browser, sessions, user):
        with sessions.write.begin() as session:
            identity = session.scalar(select(Identity).where(Identity.openid == user.oa_openid))
            session.delete(identity)
        assert "三步入会" in browser.open(CARD).text

    def test_barred_member_is_told(self, browser, sessions, member_id):
        with sessions.write.begin() as session:
            members.block(session, member_id)
        page = browser.open(CARD)
        assert page.status_code == 403
        assert "已被停用" in page.text

    def test_token_of_the_mini_program_opens_no_page(self, client, sessions, user, runtime, member_id):
        from miniprogram_api.auth import token_for  # noqa: PLC0415  the other door, whose token is tried here

        with sessions.read() as session:
            identity = identities.mini_program_identity(session, member_id)
        client.set_cookie("baihui_page", token_for(identity.id, runtime.keys.tokens, MORNING), path="/wechat/pages")
        assert client.get(CARD).status_code == 302

    def test_nobody_is_named_in_the_log(self, stranger, wechat, user, lines):
        wechat.fault(EXCHANGE, errcode=45009)
        stranger.open(CARD)
        assert lines
        assert user.oa_openid not in str(lines)


def test_whole_way_makes_no_row_but_the_identity(stranger, sessions):
    stranger.open(CARD)
    with sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(members.Member)) == 0
        assert session.scalar(select(Identity.appid)) == OA.appid


def test_our_own_address_is_the_one_in_the_settings(stranger):
    assert SHOP.split("//")[1] in stranger.begin()[0]
