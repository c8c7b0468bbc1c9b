import pytest
import xmltodict

from backend.wechat import crypto
from backend.wechat.callback import ENVELOPE
from backend.wechat.simulator.envelope import element, read_reply

PLAIN = {"appid": "wx1", "token": "t", "aes_key": ""}
SEALED = {**PLAIN, "aes_key": "A" * 43}
TEXT = "<xml><MsgType>text</MsgType><Content>您好</Content></xml>"


def test_a_list_repeats_its_element():
    xml = element("xml", {"Event": "e", "Detail": {"List": [{"Id": "1"}, {"Id": "2 ]]> <b>"}]}})
    assert xmltodict.parse(xml) == {"xml": {"Event": "e", "Detail": {"List": [{"Id": "1"}, {"Id": "2 ]]> <b>"}]}}}


@pytest.mark.parametrize(
    ("body", "reply"), [("", ""), (" success\n", ""), (TEXT, "您好"), ("<xml><MsgType>image</MsgType></xml>", None)]
)
def test_answers_in_plain(body: str, reply: str | None):
    assert read_reply(PLAIN, body) == reply


def test_a_sealed_account_takes_sealed_answers_only():
    assert read_reply(SEALED, TEXT) is None
    assert read_reply(SEALED, _sealed("t")) == "您好"
    assert read_reply(SEALED, _sealed("another token")) is None


def _sealed(token: str) -> str:
    encrypt = crypto.seal(TEXT, crypto.aes_key(SEALED["aes_key"]), "wx1", random=b"r" * 16)
    signed = crypto.signature(token, "1", "2", encrypt)
    return ENVELOPE.format(encrypt=encrypt, signature=signed, timestamp="1", nonce="2")
