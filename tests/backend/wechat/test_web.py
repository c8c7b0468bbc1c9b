from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from backend import wechat
from backend.kit.cache import MemoryCache
from backend.kit.clock import FixedClock
from backend.wechat import AppCredentials, OfficialAccount, js_signature
from backend.wechat.simulator import DEMO_OFFICIAL_ACCOUNT
from tests.backend.wechat.odd_servers import answering
from tests.support.simulator import RunningSimulator

TOKEN = '{"access_token": "t", "expires_in": 7200}'


def account_at(base_url: str, cache: MemoryCache) -> OfficialAccount:
    return OfficialAccount(AppCredentials("wx1", "s"), base_url=base_url, cache=cache)


class TestAuthorizeUrl:
    def test_leads_to_wechat_and_back(self, cache: MemoryCache):
        account = OfficialAccount(
            DEMO_OFFICIAL_ACCOUNT,
            base_url="https://api.weixin.qq.com",
            open_url="https://open.weixin.qq.com/",
            cache=cache,
        )
        parts = urlsplit(account.web.authorize_url("https://shop.example/a?b=c&d", "s1"))
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == "https://open.weixin.qq.com/connect/oauth2/authorize"
        assert parts.fragment == "wechat_redirect"
        asked = {name: value for name, [value] in parse_qs(parts.query).items()}
        assert asked == {
            "appid": DEMO_OFFICIAL_ACCOUNT.appid,
            "redirect_uri": "https://shop.example/a?b=c&d",
            "response_type": "code",
            "scope": "snsapi_base",
            "state": "s1",
        }
        # WeChat insists on this order
        assert [part.partition("=")[0] for part in parts.query.split("&")] == list(asked)


class TestLogin:
    def test_code_becomes_an_openid(self, simulator: RunningSimulator, official_account: OfficialAccount):
        user = simulator.new_user()
        who = official_account.web.login(simulator.web_code(user))
        assert (who.openid, who.unionid, who.snapshot) == (user.oa_openid, None, False)
        assert user.oa_openid not in repr(who)

    def test_code_works_once(self, simulator: RunningSimulator, official_account: OfficialAccount):
        code = simulator.web_code(simulator.new_user())
        official_account.web.login(code)
        with pytest.raises(wechat.LoginRefused) as refused:
            official_account.web.login(code)
        assert refused.value.errcode == 40163

    def test_code_of_the_mini_program_is_none(self, simulator: RunningSimulator, official_account: OfficialAccount):
        with pytest.raises(wechat.LoginRefused):
            official_account.web.login(simulator.login_code(simulator.new_user()))

    def test_snapshot_user_is_told(self, simulator: RunningSimulator, official_account: OfficialAccount):
        user = simulator.new_user()
        simulator.snapshot(user)
        who = official_account.web.login(simulator.web_code(user))
        assert who.snapshot
        assert who.openid != user.oa_openid
        simulator.snapshot(user, on=False)
        assert not official_account.web.login(simulator.web_code(user)).snapshot

    @pytest.mark.parametrize("flag", ["1", '"1"'])
    def test_snapshot_flag_in_either_spelling(self, cache: MemoryCache, flag: str):
        with answering('{"openid": "o1", "unionid": "u1", "is_snapshotuser": ' + flag + "}") as base_url:
            who = account_at(base_url, cache).web.login("c")
        assert (who.snapshot, who.unionid) == (True, "u1")

    def test_busy_wechat_is_asked_once_more(self, simulator: RunningSimulator, official_account: OfficialAccount):
        user = simulator.new_user()
        simulator.fault("oauth2/access_token", errcode=-1)
        assert official_account.web.login(simulator.web_code(user)).openid == user.oa_openid
        simulator.fault("oauth2/access_token", errcode=-1, times=5)
        with pytest.raises(wechat.TryLater):
            official_account.web.login(simulator.web_code(user))
        assert len(simulator.calls("oauth2/access_token")) == 4

    def test_broken_line_is_not_tried_with_the_same_code(
        self, simulator: RunningSimulator, official_account: OfficialAccount
    ):
        simulator.fault("oauth2/access_token", drop="after")
        with pytest.raises(wechat.TryLater):
            official_account.web.login(simulator.web_code(simulator.new_user()))
        assert len(simulator.calls("oauth2/access_token")) == 1

    def test_answer_without_an_openid_is_none(self, cache: MemoryCache):
        with answering("{}") as base_url, pytest.raises(wechat.TryLater):
            account_at(base_url, cache).web.login("c")


class TestTicket:
    def test_is_kept_as_long_as_it_is_good(
        self, simulator: RunningSimulator, official_account: OfficialAccount, clock: FixedClock
    ):
        first = official_account.web.js_ticket()
        clock.move(timedelta(seconds=6899))
        assert official_account.web.js_ticket() == first
        clock.move(timedelta(seconds=1))
        assert official_account.web.js_ticket() != first
        assert len(simulator.calls("ticket/getticket")) == 2

    def test_is_not_taken_for_the_access_token(self, simulator: RunningSimulator, official_account: OfficialAccount):
        official_account.web.js_ticket()
        with pytest.raises(wechat.WrongRecipient):
            official_account.user("o-nobody")
        assert len(simulator.calls("stable_token")) == 1

    def test_crowd_fetches_one(self, simulator: RunningSimulator, official_account: OfficialAccount):
        simulator.fault("ticket/getticket", delay_ms=200)
        with ThreadPoolExecutor(16) as pool:
            tickets = set(pool.map(lambda _: official_account.web.js_ticket(), range(16)))
        assert len(tickets) == 1
        assert len(simulator.calls("ticket/getticket")) == 1

    def test_crowd_without_a_common_cache_fetches_many(self, simulator: RunningSimulator, clock: FixedClock):
        """The control of the test above: it is the cache that they meet in."""
        accounts = [
            OfficialAccount(DEMO_OFFICIAL_ACCOUNT, base_url=simulator.base_url, cache=MemoryCache(clock))
            for _ in range(4)
        ]
        with ThreadPoolExecutor(4) as pool:
            tickets = set(pool.map(lambda account: account.web.js_ticket(), accounts))
        assert len(tickets) == 4

    def test_permission_that_is_not_given_is_the_accounts_fault(
        self, simulator: RunningSimulator, official_account: OfficialAccount
    ):
        simulator.fault("ticket/getticket", errcode=48001)
        with pytest.raises(wechat.Misconfigured):
            official_account.web.js_ticket()


def test_official_vector_of_the_signature():
    ticket = "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg"
    signed = js_signature(
        ticket, url="http://mp.weixin.qq.com?params=value", nonce="Wm3WZYTPz0wzccnW", timestamp=1414587457
    )
    assert signed == "0f9de62fce790f9a083d5c99e95740ceb90c27ed"
