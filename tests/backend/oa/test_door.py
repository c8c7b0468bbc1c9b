import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.app import create_app
from backend.kit.clock import FixedClock
from backend.kit.db import connect
from backend.oa import texts
from backend.wechat import AppCredentials, OfficialAccount
from tests.backend.oa.account import OPENID, Account, check_ins, event_xml, mini_program, receipts, text_xml
from tests.support import identities
from tests.support.clocks import MORNING
from tests.support.runtimes import NOWHERE, OA, make_runtime

# The example of WeChat's page on message push and its encryption.
VECTOR_APP = AppCredentials("wxba5fad812f8e6fb9", "", token="AAAAA", aes_key="A" * 43)
VECTOR_AT = datetime.fromtimestamp(1714112445, UTC)
VECTOR_QUERY = {
    "signature": "6c5c811b55cc85e0e1b54100749188c20beb3f5d",
    "timestamp": "1714112445",
    "nonce": "415670741",
    "openid": "o9AgO5Kd5ggOC-bXrbNODIiE3bGY",
    "encrypt_type": "aes",
    "msg_signature": "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3",
}
VECTOR_SEALED = (
    "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv6JsXUnnR8"
    "XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32II"
    "jdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04="
)


def official_account(credentials, runtime):
    return replace(runtime, official_account=OfficialAccount(credentials, cache=runtime.cache, base_url=NOWHERE))


class TestCheckOfTheAddress:
    def test_without_a_signature(self, client):
        assert client.get("/wechat/oa?echostr=1").status_code == 403

    def test_with_a_forged_one(self, client, account):
        query = account.signed() | {"signature": "0" * 40, "echostr": "1"}
        assert client.get("/wechat/oa", query_string=query).status_code == 403

    def test_too_old(self, client, account, clock):
        query = account.signed(at=clock.now() - timedelta(seconds=301)) | {"echostr": "1"}
        assert client.get("/wechat/oa", query_string=query).status_code == 403

    @pytest.mark.parametrize("path", ["/wechat/oa", "/wechat/mp"])
    def test_echoes_as_plain_text(self, client, clock, path):
        account = mini_program(client, clock) if path.endswith("mp") else Account(client, clock)
        response = client.get(path, query_string=account.signed() | {"echostr": "<b>4375120948345356249</b>"})
        assert (response.status_code, response.text) == (200, "<b>4375120948345356249</b>")
        assert response.mimetype == "text/plain"
        assert response.headers["X-Content-Type-Options"] == "nosniff"

    def test_official_vector(self, runtime):
        at = datetime.fromtimestamp(1714036504, UTC)
        client = create_app(replace(official_account(VECTOR_APP, runtime), clock=FixedClock(at))).test_client()
        query = {
            "signature": "f464b24fc39322e44b38aa78f5edd27bd1441696",
            "echostr": "4375120948345356249",
            "timestamp": "1714036504",
            "nonce": "1514711492",
        }
        assert client.get("/wechat/oa", query_string=query).text == "4375120948345356249"


class TestForgeries:
    def test_unsigned(self, client):
        assert client.post("/wechat/oa", data=b"<xml/>").status_code == 403

    def test_without_a_body(self, client, account):
        assert client.post("/wechat/oa", query_string=account.signed()).status_code == 403

    def test_plain_push_where_a_key_is_set(self, account, clock):
        assert account.post(account.signed(), text_xml("签到", at=clock.now()).encode()).status == 403

    def test_sealed_body_changed(self, account, clock):
        query, body = account.sealed(text_xml("签到", at=clock.now()))
        assert account.post(query, body.replace(b"<Encrypt><![CDATA[", b"<Encrypt><![CDATA[A", 1)).status == 403

    def test_signature_of_another_push(self, account, clock):
        _, body = account.sealed(text_xml("签到", at=clock.now()))
        other, _ = account.sealed(text_xml("积分", at=clock.now()))
        assert account.post(other, body).status == 403

    def test_the_signature_that_does_not_cover_the_body_is_not_enough(self, account, clock):
        query, body = account.sealed(text_xml("签到", at=clock.now()))
        del query["msg_signature"]
        assert account.post(query, body).status == 403

    @pytest.mark.parametrize("seconds", [-301, 301])
    def test_out_of_time(self, account, clock, seconds):
        at = clock.now() + timedelta(seconds=seconds)
        assert account.say("签到", at=at).status == 403

    @pytest.mark.parametrize("seconds", [-300, 300])
    def test_just_in_time(self, account, clock, seconds):
        assert account.say("你好", at=clock.now() + timedelta(seconds=seconds)).status == 200

    def test_sealed_for_another_appid(self, account):
        assert account.say("签到", app=replace(OA, appid="wx9999999999999999")).status == 403

    def test_sealed_with_another_key(self, account):
        assert account.say("签到", app=replace(OA, aes_key="C" * 43)).status == 403

    def test_push_for_the_mini_program_at_the_wrong_address(self, client, clock):
        assert replace_path(mini_program(client, clock), "/wechat/oa").say("签到").status == 403

    def test_all_are_answered_alike(self, account, clock):
        query, body = account.sealed(text_xml("签到", at=clock.now()))
        refused = [
            account.post({}, b""),
            account.post(query, b"<xml>"),
            account.post(query | {"timestamp": "1"}, body),
            account.post(query | {"msg_signature": "0" * 40}, body),
            account.say("签到", app=replace(OA, appid="wx9999999999999999")),
        ]
        bodies = [json.loads(answer.body) for answer in refused]
        assert {answer.status for answer in refused} == {403}
        assert {(body["code"], body["detail"]) for body in bodies} == {("wechat.not-accepted", "请求未通过验证")}

    def test_leave_no_trace(self, account, sessions, member):
        account.say("签到", app=replace(OA, aes_key="C" * 43))
        assert (receipts(sessions), check_ins(sessions)) == (0, 0)


class TestMonsters:
    def test_a_megabyte(self, account):
        query, _ = account.sealed("<xml/>")
        assert account.post(query, b"<xml>" + b"A" * 2**20 + b"</xml>").status == 413

    def test_more_than_64_kilobytes(self, account):
        query, _ = account.sealed("<xml/>")
        assert account.post(query, b"A" * (64 * 1024 + 1)).status == 413

    def test_entity_bomb_in_the_envelope(self, account):
        query, _ = account.sealed("<xml/>")
        assert account.post(query, bomb().encode()).status == 403

    def test_entity_bomb_inside(self, account):
        assert account.push(bomb()).status == 403

    def test_deep_json(self, account):
        query, _ = account.sealed("<xml/>")
        assert account.post(query, b'{"Encrypt":' + b"[" * 60_000).status == 403

    @pytest.mark.parametrize(
        "inside",
        ["", "hello", "<xml>", "<xml></xml>", "<a>b</a>", "{}", "[]", "null", "<xml><MsgType>text</MsgType></xml>"],
    )
    def test_sealed_nonsense(self, account, inside):
        assert account.push(inside).status == 403

    @settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(
        query=st.dictionaries(
            st.sampled_from(["signature", "timestamp", "nonce", "msg_signature", "encrypt_type"]), st.text(max_size=20)
        ),
        body=st.binary(max_size=200),
    )
    def test_anything_is_refused_and_nothing_breaks(self, nobodys_client, query, body):
        for path in ("/wechat/oa", "/wechat/mp"):
            assert nobodys_client.post(path, query_string=query, data=body).status_code == 403

    @settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(inside=st.text(max_size=200))
    def test_anything_sealed_is_refused_and_nothing_breaks(self, nobodys_client, inside):
        account = Account(nobodys_client, nobodys_client.application.clock)
        assert account.push(inside).status == 403


class TestAnswers:
    def test_words(self, account):
        answer = account.say("你好")
        assert (answer.status, answer.text) == (200, texts.HELP)
        assert answer.fields["ToUserName"] == OPENID
        assert answer.fields["FromUserName"] == "gh_97417a04a28d"

    def test_is_sealed(self, account):
        assert "回复" not in account.say("你好").body

    def test_words_that_try_to_break_out(self, account):
        assert account.say("]]></Content><MsgType>image</MsgType><![CDATA[").text.startswith(texts.UNKNOWN_TO_THE_ROBOT)

    def test_unknown_event_is_a_success_without_words(self, account):
        assert account.event("some_event_of_tomorrow").body == "success"

    def test_template_message_shown(self, account):
        assert account.event("TEMPLATESENDJOBFINISH", MsgID="200163836", Status="success").body == "success"

    def test_unknown_kind_of_message(self, account, clock):
        xml = text_xml("x", at=clock.now()).replace("[CDATA[text]]", "[CDATA[hologram]]")
        assert account.push(xml).body == "success"

    def test_picture_gets_help(self, account, clock):
        xml = text_xml("x", at=clock.now()).replace("[CDATA[text]]", "[CDATA[image]]")
        assert account.push(xml).text == texts.HELP

    def test_plain_mode(self, runtime, clock):
        """Without an AES key in the settings a signed plain push is good and its answer is plain."""
        client = create_app(official_account(replace(OA, aes_key=""), runtime)).test_client()
        account = Account(client, clock)
        answer = account.post(account.signed(), text_xml("你好", at=clock.now()).encode())
        assert answer.text == texts.HELP
        assert "<Encrypt>" not in answer.body

    def test_official_vector(self, runtime, sessions):
        """A push in JSON, sealed by WeChat itself, is verified, opened, noted and answered."""
        client = create_app(replace(official_account(VECTOR_APP, runtime), clock=FixedClock(VECTOR_AT))).test_client()
        body = json.dumps({"ToUserName": "gh_97417a04a28d", "Encrypt": VECTOR_SEALED})
        response = client.post("/wechat/oa", query_string=VECTOR_QUERY, data=body, content_type="application/json")
        assert (response.status_code, response.text) == (200, "success")
        assert receipts(sessions) == 1

    def test_guide_page(self, client):
        response = client.get("/wechat/guide")
        assert (response.status_code, response.mimetype) == (200, "text/html")
        assert "微信" in response.text


class TestMiniProgram:
    def test_forged(self, client):
        assert client.post("/wechat/mp", data=b"{}").status_code == 403

    def test_push_in_xml_and_in_json(self, client, clock, sessions):
        account = mini_program(client, clock)
        assert account.event("subscribe_msg_popup_event").body == "success"
        pushed = {
            "ToUserName": "gh_1",
            "FromUserName": OPENID,
            "CreateTime": int(clock.now().timestamp()),
            "MsgType": "event",
            "Event": "subscribe_msg_sent_event",
            "List": {"TemplateId": "t", "MsgID": "1", "ErrorCode": "0"},
        }
        assert account.push(json.dumps(pushed)).body == "success"
        assert receipts(sessions) == 2

    def test_repeat_is_noted_once(self, client, clock, sessions):
        account, xml = mini_program(client, clock), event_xml("user_info_modified", at=clock.now())
        assert [account.push(xml).body for _ in range(3)] == ["success"] * 3
        assert receipts(sessions) == 1

    def test_does_nothing_that_the_official_account_would_do(self, client, clock, sessions, member):
        account = mini_program(client, clock)
        assert account.say("签到").body == "success"
        assert account.event("unsubscribe").body == "success"
        assert check_ins(sessions) == 0
        with sessions.read() as session:
            assert identities.official_account_identity(session, member.id).follows


@pytest.fixture(scope="module")
def nobodys_client(tmp_path_factory):
    """A door with no database behind it: what is refused never gets there."""
    engine = connect(f"sqlite:///{tmp_path_factory.mktemp('door')}/none.db")
    return create_app(make_runtime(engine, FixedClock(MORNING))).test_client()


def replace_path(account, path):
    account.path = path
    return account


def bomb():
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE xml [<!ENTITY e0 "ha">{entities}]><xml><Encrypt>&e9;</Encrypt></xml>'
