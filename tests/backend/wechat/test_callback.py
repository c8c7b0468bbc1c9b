import base64
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import xmltodict
from hypothesis import given
from hypothesis import strategies as st

from backend.wechat import AppCredentials, BadCallback, Callback, Event, TextMessage, Unknown
from backend.wechat.crypto import aes_key, seal, signature
from backend.wechat.messages import parse_message, parse_tree

# From WeChat's pages on message push and its encryption.
APP = AppCredentials("wxba5fad812f8e6fb9", "", token="AAAAA", aes_key="A" * 43)
PLAIN = replace(APP, aes_key="")
SEALED = (
    "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv6JsXUnnR8"
    "XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32I"
    "Ijdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04="
)
SEALED_QUERY = {
    "signature": "6c5c811b55cc85e0e1b54100749188c20beb3f5d",
    "timestamp": "1714112445",
    "nonce": "415670741",
    "encrypt_type": "aes",
    "msg_signature": "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3",
}
SEALED_AT = datetime.fromtimestamp(1714112445, UTC)
SEALED_BODY = json.dumps({"ToUserName": "gh_97417a04a28d", "Encrypt": SEALED}).encode()
# From EasyWeChat's tests, made with the samples of WeChat's first crypto library.
EASY = AppCredentials("wxb11529c136998cb6", "", "pamtest", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG")
EASY_SEALED = (
    "rTNFcsut4LfGuAFKEUVVpwcaCOTJzOd9twZdIW910jb3k+iicx2uvhttIZ3Qg9Qgty3BEF2xbOrz6boTfb30dMomcgrkTqdFPwnhqbk+kIQ7rZiwny"
    "9D7NUrTgA5kpX3KsZvrXzUZyP2x9YOlxbgm572lmxKvM7HAQQhIQ/p6HBmoY30bGXFK0BtIu1pW9TjhOYrLQoU18nWYjWqDA1ynkmOytpv7QRI1P1+"
    "0NoxL0q2zO1DgeSvnE8CZGo/o5Ap/WHK5W2RAsinpzN4/LjPnmB6U01I5XCoJoC0GK/yMZycd2Oh8Nq6+wBkC1U85oy0ktOY4nLvsQMLrourmMGdZHu"
    "TbqpeJ8Ao/5PRYJ+WBvRUwPfGKBL2+2IKZF49vAJqkcGWSHGE76ZN2erXeuNazf/o9o3lIE3q739o4c8t9QGPe31GT2Go/rOz1BsrASwvauNulCh++"
    "+yz+CQzBIuikA=="
)
NOW = datetime(2026, 3, 1, 4, tzinfo=UTC)
KEY = aes_key(APP.aes_key)


def test_official_vector_of_the_address_check():
    query = {
        "signature": "f464b24fc39322e44b38aa78f5edd27bd1441696",
        "timestamp": "1714036504",
        "nonce": "1514711492",
        "echostr": "4375120948345356249",
    }
    now = datetime.fromtimestamp(1714036504, UTC)
    assert Callback(APP).echo(query, now=now) == "4375120948345356249"
    with pytest.raises(BadCallback):
        Callback(APP).echo(query | {"nonce": "1514711493"}, now=now)


def test_official_vector_of_a_plain_push():
    query = {
        "signature": "899cf89e464efb63f54ddac96b0a0a235f53aa78",
        "timestamp": "1714037059",
        "nonce": "486452656",
    }
    body = b'{"ToUserName":"gh_1","FromUserName":"o1","CreateTime":1714037059,"MsgType":"event","Event":"debug_demo"}'
    push = Callback(PLAIN).receive(query, body, now=datetime.fromtimestamp(1714037059, UTC))
    assert isinstance(push.message, Event)
    assert (push.message.kind, push.key) == ("debug_demo", None)


def test_official_vector_of_a_sealed_push():
    push = Callback(APP).receive(SEALED_QUERY, SEALED_BODY, now=SEALED_AT)
    assert isinstance(push.message, Event)
    assert push.message.kind == "debug_demo"
    assert push.message.fields["debug_str"] == "hello world"
    assert push.message.to_user == "gh_97417a04a28d"
    assert push.is_json


def test_official_vector_of_a_sealed_answer():
    callback = Callback(APP)
    push = callback.receive(SEALED_QUERY, SEALED_BODY, now=SEALED_AT)
    answer = callback.answer(
        push,
        '{"demo_resp":"good luck"}',
        now=datetime.fromtimestamp(1713424427, UTC),
        nonce="415670741",
        random=b"707722b803182950",
    )
    assert json.loads(answer) == {
        "Encrypt": "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ==",
        "MsgSignature": "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1",
        "TimeStamp": 1713424427,
        "Nonce": "415670741",
    }


def test_vector_of_easywechat():
    query = {
        "msg_signature": "4f3ad57b6989f09f4eb392acce4f9e93942ed890",
        "timestamp": "1458300676",
        "nonce": "260774613",
    }
    body = f"<xml><ToUserName><![CDATA[asdasdasd]]></ToUserName><Encrypt><![CDATA[{EASY_SEALED}]]></Encrypt></xml>"
    push = Callback(EASY).receive(query, body.encode(), now=datetime.fromtimestamp(1458300676, UTC))
    assert isinstance(push.message, TextMessage)
    assert (push.message.from_user, push.message.to_user) == ("asdasdasdsadasd", "asdasdasd")
    assert push.message.text == "hello"
    assert push.message.created_at == datetime.fromtimestamp(1234567898, UTC)
    assert not push.is_json


@pytest.mark.parametrize("part", ["timestamp", "nonce", "msg_signature"])
def test_changed_query_is_refused(part: str):
    changed = SEALED_QUERY | {part: SEALED_QUERY[part][:-1] + ("0" if SEALED_QUERY[part][-1] != "0" else "1")}
    with pytest.raises(BadCallback):
        Callback(APP).receive(changed, SEALED_BODY, now=SEALED_AT)


def test_signature_alone_does_not_vouch_for_a_sealed_body():
    forged = {key: value for key, value in SEALED_QUERY.items() if key != "msg_signature"}
    with pytest.raises(BadCallback):
        Callback(APP).receive(forged, SEALED_BODY, now=SEALED_AT)


def test_plain_push_to_a_sealed_address_is_refused():
    with pytest.raises(BadCallback):
        Callback(APP).receive(_signed(), _xml(MsgType="text", Content="hi", MsgId="1"), now=NOW)


def test_push_for_another_appid_is_refused():
    body = _seal("<xml></xml>", appid="wx0000000000000000")
    with pytest.raises(BadCallback):
        Callback(APP).receive(_signed(body), _envelope(body), now=NOW)


def test_without_a_token_nobody_can_sign():
    query = {"timestamp": str(int(NOW.timestamp())), "nonce": "1"}
    query["signature"] = signature("", query["timestamp"], query["nonce"])
    with pytest.raises(BadCallback):
        Callback(replace(PLAIN, token="")).echo(query, now=NOW)


def test_previous_key_opens_and_seals_while_keys_rotate():
    new = replace(APP, aes_key="B" * 42 + "A")
    callback = Callback(new, previous_aes_keys=[APP.aes_key])
    sealed = _seal(_xml(MsgType="text", Content="会员卡", MsgId="1").decode())
    push = callback.receive(_signed(sealed), _envelope(sealed), now=NOW)
    assert push.key == KEY
    answer = callback.answer(push, "<xml/>", now=NOW, nonce="n", random=b"r" * 16)
    assert _seal("<xml/>", random=b"r" * 16) in answer
    with pytest.raises(BadCallback):
        Callback(new).receive(_signed(sealed), _envelope(sealed), now=NOW)


@pytest.mark.parametrize(("seconds", "accepted"), [(0, True), (300, True), (-300, True), (301, False), (-301, False)])
def test_old_and_future_pushes_are_refused(seconds, accepted):
    body = _xml(MsgType="text", Content="hi", MsgId="1")
    now = NOW + timedelta(seconds=seconds)
    if accepted:
        assert Callback(PLAIN).receive(_signed(), body, now=now).message.msg_id == "1"
    else:
        with pytest.raises(BadCallback):
            Callback(PLAIN).receive(_signed(), body, now=now)


@pytest.mark.parametrize("timestamp", ["", "x", "-1", "1e9", "٣", "9" * 4400])
def test_odd_timestamps_are_refused(timestamp: str):
    query = {"timestamp": timestamp, "nonce": "1", "signature": signature("AAAAA", timestamp, "1")}
    with pytest.raises(BadCallback):
        Callback(PLAIN).receive(query, b"<xml/>", now=NOW)


def test_large_body_is_refused_unread():
    body = _xml(MsgType="text", Content="字" * 30_000, MsgId="1")
    with pytest.raises(BadCallback):
        Callback(PLAIN).receive(_signed(), body, now=NOW)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"hello",
        b"\xff\xfe",
        b"<xml>",
        b"<xml/>",
        b"<other><FromUserName>o</FromUserName></other>",
        b'<!DOCTYPE xml [<!ENTITY a "aaaa">]><xml><FromUserName>&a;</FromUserName></xml>',
        b"[]",
        b"{}",
        b'{"a":' * 5000,
        b'{"FromUserName":"\\ud800","ToUserName":"g","CreateTime":1,"MsgType":"text"}',
        b'{"FromUserName":"o","ToUserName":"g","CreateTime":1e400,"MsgType":"text"}',
        b'{"FromUserName":"o","ToUserName":"g","CreateTime":99999999999999999999,"MsgType":"text"}',
        b'{"FromUserName":"o","ToUserName":["g"],"CreateTime":1,"MsgType":"text"}',
        b'{"FromUserName":"o","ToUserName":"g","CreateTime":1,"MsgType":"event"}',
    ],
)
def test_unreadable_bodies_are_one_error(body: bytes):
    with pytest.raises(BadCallback):
        Callback(PLAIN).receive(_signed(), body, now=NOW)


@given(body=st.binary(max_size=300), query=st.dictionaries(st.sampled_from(sorted(SEALED_QUERY)), st.text()))
def test_garbage_is_only_ever_bad_callback(body: bytes, query: dict[str, str]):
    with pytest.raises(BadCallback):
        Callback(APP).receive(query, body, now=NOW)


@given(sealed=st.one_of(st.text(), st.binary(max_size=200).map(lambda raw: base64.b64encode(raw).decode())))
def test_signed_garbage_is_only_ever_bad_callback(sealed: str):
    with pytest.raises(BadCallback):
        Callback(APP).receive(_signed(sealed), json.dumps({"Encrypt": sealed}).encode(), now=NOW)


@given(plain=st.text(max_size=200))
def test_sealed_garbage_is_only_ever_bad_callback(plain: str):
    sealed = _seal(plain)
    with pytest.raises(BadCallback):
        Callback(APP).receive(_signed(sealed), _envelope(sealed), now=NOW)


@given(
    tree=st.dictionaries(
        st.sampled_from(
            ["FromUserName", "ToUserName", "CreateTime", "MsgType", "Event", "EventKey", "MsgId", "Content"]
        ),
        st.one_of(st.text(), st.integers(), st.floats(), st.none(), st.booleans(), st.lists(st.text())),
    )
)
def test_odd_trees_are_messages_or_bad_callback(tree: dict[str, object]):
    try:
        message = parse_message(parse_tree(json.dumps(tree))[0])
    except BadCallback:
        return
    assert re.fullmatch("[0-9a-f]{64}", message.dedup_key)


@given(text=st.text(st.characters(codec="utf-8"), max_size=200), flip=st.integers(0, 10_000))
def test_a_flipped_bit_is_noticed(text: str, flip: int):
    sealed = _seal(_xml(MsgType="text", Content="x", MsgId="1").decode() + " " * len(text))
    place = flip % len(sealed)
    changed = sealed[:place] + ("A" if sealed[place] != "A" else "B") + sealed[place + 1 :]
    with pytest.raises(BadCallback):
        Callback(APP).receive(_signed(sealed), _envelope(changed), now=NOW)


def test_messages_are_told_apart():
    callback = Callback(PLAIN)

    def received(**fields: str) -> object:
        return callback.receive(_signed(), _xml(**fields), now=NOW).message

    text = received(MsgType="text", Content="积分", MsgId="7")
    assert isinstance(text, TextMessage)
    assert (text.text, text.msg_id, text.from_user) == ("积分", "7", "o1")
    image = received(MsgType="image", PicUrl="http://x", MsgId="8")
    assert isinstance(image, Unknown)
    assert (image.kind, image.said) == ("image", "http://x")
    link = received(MsgType="link", Title="周年庆", Url="http://x", MsgId="9")
    assert isinstance(link, Unknown)
    assert link.said == "周年庆 http://x"


@pytest.mark.parametrize(
    ("event", "key", "scene"),
    [
        ("subscribe", "", None),
        ("subscribe", "qrscene_store-7", "store-7"),
        ("SCAN", "store-7", "store-7"),
        ("CLICK", "card", None),
    ],
)
def test_scene_is_what_the_code_carries(event: str, key: str, scene: str | None):
    message = _message(MsgType="event", Event=event, EventKey=key)
    assert isinstance(message, Event)
    assert (message.kind, message.key, message.scene) == (event, key, scene)


def test_outcome_of_a_template_message():
    message = _message(MsgType="event", Event="TEMPLATESENDJOBFINISH", MsgID="200163836", Status="failed:user block")
    assert isinstance(message, Event)
    assert (message.msg_id, message.status) == ("200163836", "failed:user block")


def test_dedup_key_is_that_of_the_push_not_of_the_try():
    text = {"MsgType": "text", "Content": "a"}
    assert _message(**text, MsgId="1").dedup_key == _message(**text, MsgId="1", CreateTime="5").dedup_key
    assert _message(**text, MsgId="1").dedup_key != _message(**text, MsgId="2").dedup_key


def test_dedup_key_of_events_is_sender_time_and_what():
    event = {"MsgType": "event", "Event": "CLICK", "EventKey": "card"}
    same = _message(**event).dedup_key
    assert same == _message(**event).dedup_key
    others = [
        _message(**event, CreateTime="5"),
        _message(**event, FromUserName="o2"),
        _message(**event | {"EventKey": "points"}),
        _message(**event | {"Event": "VIEW"}),
        _message(**event, MsgID="9"),
    ]
    assert len({same, *(one.dedup_key for one in others)}) == 6


def test_plain_answer_is_the_reply_itself():
    callback = Callback(PLAIN)
    push = callback.receive(_signed(), _xml(MsgType="text", Content="hi", MsgId="1"), now=NOW)
    assert callback.answer(push, "<xml/>", now=NOW, nonce="n", random=b"r" * 16) == "<xml/>"


def test_sealed_xml_answer_can_be_opened():
    callback = Callback(APP)
    sealed = _seal(_xml(MsgType="text", Content="hi", MsgId="1").decode())
    push = callback.receive(_signed(sealed), _envelope(sealed), now=NOW)
    answer = xmltodict.parse(callback.answer(push, "<xml>好</xml>", now=NOW, nonce="n", random=b"r" * 16))["xml"]
    signed = signature(APP.token, answer["TimeStamp"], answer["Nonce"], answer["Encrypt"])
    assert answer["MsgSignature"] == signed
    assert answer["Encrypt"] == _seal("<xml>好</xml>", random=b"r" * 16)


def test_wrong_aes_key_is_noticed_at_the_start():
    with pytest.raises(ValueError, match="43"):
        Callback(replace(APP, aes_key="short01"))


def _message(**fields: str) -> Event | TextMessage:
    message = Callback(PLAIN).receive(_signed(), _xml(**fields), now=NOW).message
    assert isinstance(message, Event | TextMessage)
    return message


def _xml(**fields: str) -> bytes:
    common = {"ToUserName": "gh_1", "FromUserName": "o1", "CreateTime": str(int(NOW.timestamp()))}
    rows = "".join(f"<{key}><![CDATA[{value}]]></{key}>" for key, value in (common | fields).items())
    return f"<xml>{rows}</xml>".encode()


def _signed(sealed: str | None = None) -> dict[str, str]:
    query = {"timestamp": str(int(NOW.timestamp())), "nonce": "1"}
    parts = (APP.token, query["timestamp"], query["nonce"])
    if sealed is None:
        return query | {"signature": signature(*parts)}
    return query | {"msg_signature": signature(*parts, sealed), "encrypt_type": "aes"}


def _seal(plain: str, *, appid: str = APP.appid, random: bytes = b"0123456789abcdef") -> str:
    return seal(plain, KEY, appid, random=random)


def _envelope(sealed: str) -> bytes:
    return f"<xml><ToUserName>gh_1</ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>".encode()
