import json
import socket
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import monotonic

import pytest
import requests

from backend import wechat
from backend.kit.cache import MemoryCache
from backend.kit.clock import FixedClock
from backend.wechat import AppCredentials, MiniProgram, MiniProgramPage, OfficialAccount
from backend.wechat.simulator import DEMO_MINI_PROGRAM, DEMO_OFFICIAL_ACCOUNT
from tests.backend.wechat.odd_servers import answering
from tests.support.simulator import RunningSimulator, User

FIELDS = {"thing1": "积分到账", "number2": "120"}


def test_login_code_becomes_openid_and_unionid(simulator: RunningSimulator, mini_program: MiniProgram):
    user = simulator.new_user()
    session = mini_program.code_to_session(simulator.login_code(user))
    assert (session.openid, session.unionid) == (user.mp_openid, user.unionid)


def test_session_key_is_nowhere_in_what_is_returned(simulator: RunningSimulator, mini_program: MiniProgram):
    session = mini_program.code_to_session(simulator.login_code(simulator.new_user()))
    assert not hasattr(session, "session_key")
    assert session.openid not in repr(session)


def test_login_needs_no_access_token(simulator: RunningSimulator, mini_program: MiniProgram):
    mini_program.code_to_session(simulator.login_code(simulator.new_user()))
    assert [call["api"] for call in simulator.calls()] == ["sns/jscode2session"]


def test_login_code_works_once(simulator: RunningSimulator, mini_program: MiniProgram):
    code = simulator.login_code(simulator.new_user())
    mini_program.code_to_session(code)
    with pytest.raises(wechat.LoginRefused):
        mini_program.code_to_session(code)


def test_login_code_is_old_after_five_minutes(
    simulator: RunningSimulator, mini_program: MiniProgram, clock: FixedClock
):
    code = simulator.login_code(simulator.new_user())
    clock.move(timedelta(minutes=5))
    with pytest.raises(wechat.LoginRefused):
        mini_program.code_to_session(code)


def test_busy_login_is_tried_once_more(simulator: RunningSimulator, mini_program: MiniProgram):
    user = simulator.new_user()
    simulator.fault("jscode2session", errcode=-1)
    assert mini_program.code_to_session(simulator.login_code(user)).openid == user.mp_openid
    simulator.fault("jscode2session", errcode=-1, times=5)
    with pytest.raises(wechat.TryLater):
        mini_program.code_to_session(simulator.login_code(user))
    assert len(simulator.calls("jscode2session")) == 4


def test_phone_code_becomes_the_number(simulator: RunningSimulator, mini_program: MiniProgram):
    user = simulator.new_user(phone="13912345678")
    assert mini_program.phone_number(simulator.phone_code(user)) == "13912345678"


def test_login_code_is_no_phone_code(simulator: RunningSimulator, mini_program: MiniProgram):
    user = simulator.new_user()
    with pytest.raises(wechat.LoginRefused):
        mini_program.phone_number(simulator.login_code(user))
    with pytest.raises(wechat.LoginRefused):
        mini_program.code_to_session(simulator.phone_code(user))


def test_foreign_phone_is_refused_by_name(simulator: RunningSimulator, mini_program: MiniProgram):
    user = simulator.new_user(phone="91234567", country_code="852")
    with pytest.raises(wechat.ForeignPhone):
        mini_program.phone_number(simulator.phone_code(user))


@pytest.mark.parametrize(
    ("phone", "error"),
    [
        ({"watermark": {"appid": "wx-other"}, "countryCode": "86"}, wechat.LoginRefused),
        ({"countryCode": "86"}, wechat.LoginRefused),
        ({"watermark": {"appid": "wx1"}, "countryCode": "86"}, wechat.TryLater),
        ({"watermark": {"appid": "wx1"}, "countryCode": "86", "purePhoneNumber": "13800000000"}, None),
        (None, wechat.TryLater),
    ],
)
def test_phone_answers_are_looked_at(cache: MemoryCache, phone: object, error: type[Exception] | None):
    answers = {
        "cgi-bin/stable_token": '{"access_token": "t", "expires_in": 7200}',
        "wxa/business/getuserphonenumber": json.dumps({"errcode": 0, "phone_info": phone}),
    }
    with answering(answers) as base_url:
        client = MiniProgram(AppCredentials("wx1", "s"), base_url=base_url, cache=cache)
        if error is None:
            assert client.phone_number("c") == "13800000000"
        else:
            with pytest.raises(error):
                client.phone_number("c")


def test_template_message_may_lead_to_a_page_of_the_web(
    simulator: RunningSimulator, official_account: OfficialAccount, follower: User
):
    official_account.send_template(follower.oa_openid, "T1", FIELDS, client_msg_id="m1", url="https://shop.example/")
    [message] = simulator.messages(follower, "template")
    assert (message["url"], message["mini_program"]) == ("https://shop.example/", None)


def test_jump_to_a_foreign_mini_program_is_refused_by_name(official_account: OfficialAccount, follower: User):
    page = MiniProgramPage("wx-not-linked", "pages/index")
    with pytest.raises(wechat.JumpRefused):
        official_account.send_template(follower.oa_openid, "T1", FIELDS, client_msg_id="m1", mini_program=page)


def test_clients_know_their_appid(official_account: OfficialAccount, mini_program: MiniProgram):
    assert official_account.appid == DEMO_OFFICIAL_ACCOUNT.appid
    assert mini_program.appid == DEMO_MINI_PROGRAM.appid
    assert mini_program.stable_token().expires_in == 7200


def test_template_message_arrives_as_written(
    simulator: RunningSimulator, official_account: OfficialAccount, follower: User
):
    page = MiniProgramPage(DEMO_MINI_PROGRAM.appid, "pages/points/index")
    msgid = official_account.send_template(follower.oa_openid, "T1", FIELDS, client_msg_id="m1", mini_program=page)
    [message] = simulator.messages(follower, "template")
    assert message["msgid"] == msgid
    assert [row["value"] for row in message["fields"]] == ["积分到账", "120"]
    assert message["mini_program"] == {"appid": page.appid, "pagepath": page.path}


def test_bodies_are_utf8_and_not_escaped(
    simulator: RunningSimulator, official_account: OfficialAccount, follower: User
):
    official_account.send_template(follower.oa_openid, "T1", FIELDS, client_msg_id="m1")
    [call] = simulator.calls("template/send")
    assert call["request"]["given"]["data"]["thing1"] == {"value": "积分到账"}
    assert call["request"]["escaped"] is False


def test_retry_after_a_lost_answer_is_shown_once(
    simulator: RunningSimulator, official_account: OfficialAccount, follower: User
):
    simulator.fault("template/send", drop="after")
    with pytest.raises(wechat.TryLater):
        official_account.send_template(follower.oa_openid, "T1", FIELDS, client_msg_id="m1")
    msgid = official_account.send_template(follower.oa_openid, "T1", FIELDS, client_msg_id="m1")
    [message] = simulator.messages(follower, "template")
    assert message["msgid"] == msgid


def test_retry_after_a_lost_call_is_shown_once(
    simulator: RunningSimulator, official_account: OfficialAccount, follower: User
):
    simulator.fault("template/send", drop="before")
    with pytest.raises(wechat.TryLater):
        official_account.send_template(follower.oa_openid, "T1", FIELDS, client_msg_id="m1")
    assert simulator.messages(follower, "template") == []
    official_account.send_template(follower.oa_openid, "T1", FIELDS, client_msg_id="m1")
    assert len(simulator.messages(follower, "template")) == 1


def test_a_subscription_notice_spends_an_accept_of_the_account(
    simulator: RunningSimulator, official_account: OfficialAccount, follower: User
):
    simulator.subscribe(follower, "N1", appid=DEMO_OFFICIAL_ACCOUNT.appid)
    page = MiniProgramPage(DEMO_MINI_PROGRAM.appid, "pages/points/index")
    msgid = official_account.send_notice(follower.oa_openid, "N1", FIELDS, mini_program=page)
    [message] = simulator.messages(follower, "subscription-notice")
    assert message["msgid"] == msgid
    assert [row["value"] for row in message["fields"]] == ["积分到账", "120"]
    assert message["mini_program"] == {"appid": page.appid, "pagepath": page.path}
    with pytest.raises(wechat.RecipientUnreachable):
        official_account.send_notice(follower.oa_openid, "N1", FIELDS)
    assert "miniprogram" not in simulator.calls("bizsend")[-1]["request"]["given"]


def test_a_subscribe_message_names_its_page_version_and_language(
    simulator: RunningSimulator, mini_program: MiniProgram, follower: User
):
    simulator.subscribe(follower, "S1")
    msgid = mini_program.send_subscribe(follower.mp_openid, "S1", FIELDS, page="pages/orders/index", state="trial")
    [message] = simulator.messages(follower, "subscribe")
    assert message["msgid"] == msgid
    assert (message["page"], message["state"], message["lang"]) == ("pages/orders/index", "trial", "zh_CN")
    with pytest.raises(wechat.RecipientUnreachable):
        mini_program.send_subscribe(follower.mp_openid, "S1", FIELDS)
    assert "page" not in simulator.calls("subscribe/send")[-1]["request"]["given"]


def test_standing_of_a_user(simulator: RunningSimulator, official_account: OfficialAccount, follower: User):
    known = official_account.user(follower.oa_openid)
    assert (known.subscribed, known.unionid) == (True, follower.unionid)
    simulator.unfollow(follower)
    gone = official_account.user(follower.oa_openid)
    assert (gone.subscribed, gone.unionid) == (False, None)


def test_code_image_is_a_png(mini_program: MiniProgram):
    assert mini_program.code_image("s=K7", "pages/index").startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("scene", "page"), [("", "p"), ("门店", "p"), ("a%20b", "p"), ("a" * 33, "p"), ("a", "/p"), ("a", "p?x=1")]
)
def test_code_image_refuses_before_calling(
    simulator: RunningSimulator, mini_program: MiniProgram, scene: str, page: str
):
    with pytest.raises(wechat.ContentRefused):
        mini_program.code_image(scene, page)
    assert simulator.calls() == []


def test_code_image_error_is_typed(simulator: RunningSimulator, mini_program: MiniProgram):
    simulator.fault("getwxacodeunlimit", errcode=41030)
    with pytest.raises(wechat.ContentRefused):
        mini_program.code_image("a", "pages/nowhere")


def test_page_instead_of_an_image_is_no_image(simulator: RunningSimulator, mini_program: MiniProgram):
    simulator.fault("getwxacodeunlimit", html=True)
    with pytest.raises(wechat.TryLater):
        mini_program.code_image("a", "p")


@pytest.mark.parametrize(
    "trouble",
    [{"html": True}, {"http_status": 502}, {"http_status": 302}, {"drop": "before"}, {"drop": "after"}],
)
def test_trouble_on_the_way_is_try_later(
    simulator: RunningSimulator,
    official_account: OfficialAccount,
    mini_program: MiniProgram,
    trouble: dict[str, object],
):
    for api in ("user/info", "jscode2session", "stable_token"):
        simulator.fault(api, **trouble)
    with pytest.raises(wechat.TryLater):
        official_account.user("o")
    with pytest.raises(wechat.TryLater):
        official_account.user("o")
    with pytest.raises(wechat.TryLater):
        mini_program.code_to_session("c")


def test_wechat_without_a_connection_cannot_have_acted(cache: MemoryCache):
    with pytest.raises(wechat.Unreached):
        OfficialAccount(DEMO_OFFICIAL_ACCOUNT, base_url="http://127.0.0.1:9", cache=cache).user("o")


@pytest.mark.parametrize("api", ["stable_token", "user/info"])
def test_slow_wechat_is_given_up_in_time(simulator: RunningSimulator, cache: MemoryCache, api: str):
    simulator.fault(api, delay_ms=3000)
    client = OfficialAccount(DEMO_OFFICIAL_ACCOUNT, base_url=simulator.base_url, cache=cache, timeout=(0.3, 0.3))
    begun = monotonic()
    with pytest.raises(wechat.TryLater) as late:
        client.user("o")
    assert monotonic() - begun < 2.5
    assert not isinstance(late.value, wechat.Unreached)


def test_errors_carry_neither_token_nor_secret(simulator: RunningSimulator, mini_program: MiniProgram):
    simulator.fault("jscode2session", http_status=500)
    with pytest.raises(wechat.TryLater) as failed:
        mini_program.code_to_session("the-code")
    told = repr(failed.value) + str(failed.value)
    assert DEMO_MINI_PROGRAM.secret not in told
    assert "the-code" not in told
    assert failed.value.__suppress_context__


def test_credentials_hide_their_secrets():
    assert repr(DEMO_OFFICIAL_ACCOUNT) == f"AppCredentials(appid='{DEMO_OFFICIAL_ACCOUNT.appid}')"


def test_stale_token_is_refreshed_once_unseen(
    simulator: RunningSimulator, official_account: OfficialAccount, follower: User
):
    official_account.user(follower.oa_openid)
    simulator.post("tokens/revoke", appid=DEMO_OFFICIAL_ACCOUNT.appid)
    assert official_account.user(follower.oa_openid).subscribed
    assert len(simulator.calls("stable_token")) == 2


@pytest.mark.parametrize("errcode", [40001, 40014, 42001])
def test_token_refused_for_ever_costs_a_bounded_number_of_calls(
    simulator: RunningSimulator, official_account: OfficialAccount, follower: User, errcode: int
):
    simulator.fault("user/info", errcode=errcode, times=1000)
    for _ in range(5):
        with pytest.raises(wechat.TokenRefused):
            official_account.user(follower.oa_openid)
    # First: two tries, with the token, the same again and a forced one. Later: one try and one look for another.
    assert len(simulator.calls("user/info")) == 2 + 4
    asked = [call["request"]["given"]["force_refresh"] for call in simulator.calls("stable_token")]
    assert asked == [False, False, True, False, False, False, False]


def test_every_thread_gets_its_own_answer(simulator: RunningSimulator, official_account: OfficialAccount):
    users = [simulator.new_user() for _ in range(40)]
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda user: official_account.user(user.oa_openid).openid, users))
    assert answers == [user.oa_openid for user in users]


def test_silent_server_does_not_hold_a_thread(cache: MemoryCache):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        client = OfficialAccount(
            DEMO_OFFICIAL_ACCOUNT,
            base_url=f"http://127.0.0.1:{silent.getsockname()[1]}",
            cache=cache,
            timeout=(0.2, 0.2),
        )
        begun = monotonic()
        with pytest.raises(wechat.TryLater):
            client.stable_token()
        assert monotonic() - begun < 2


def test_link_into_the_mini_program(simulator: RunningSimulator, mini_program: MiniProgram):
    link = mini_program.url_link("pages/join/index", "from=oa", days=30)
    page = requests.get(link, timeout=5).text
    assert "pages/join/index?from=oa" in page


def test_link_that_wechat_refuses_is_an_error(simulator: RunningSimulator, mini_program: MiniProgram):
    with pytest.raises(wechat.WeChatError):
        mini_program.url_link("pages/join/index", days=31)


def test_customer_message_is_refused_without_the_follower_s_words(
    simulator: RunningSimulator, official_account: OfficialAccount
):
    user = simulator.new_user()
    simulator.follow(user)
    for _ in range(3):
        official_account.send_custom(user.oa_openid, "您好")
    with pytest.raises(wechat.OutOfWindow) as refused:
        official_account.send_custom(user.oa_openid, "您好")
    assert refused.value.errcode == 45047


def test_upload_is_tried_again_with_a_fresh_token(simulator: RunningSimulator, official_account: OfficialAccount):
    simulator.fault("material/add_material", errcode=42001)
    assert official_account.upload_picture(b"\x89PNG\r\n\x1a\n" + b"0" * 20, "image/png")
    assert [call["errcode"] for call in simulator.calls("material/add_material")] == [42001, 0]
