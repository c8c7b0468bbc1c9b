import pytest
import xmltodict

from backend.wechat import Article, Picture, crypto, passive_reply
from backend.wechat.callback import ENVELOPE
from backend.wechat.simulator.envelope import element, read_reply
from tests.backend.wechat.conftest import NOON

PLAIN = {"appid": "wx1", "token": "t", "aes_key": ""}
SEALED = {**PLAIN, "aes_key": "A" * 43}
TEXT = "<xml><MsgType>text</MsgType><Content>您好</Content></xml>"


def test_a_list_repeats_its_element():
    xml = element("xml", {"Event": "e", "Detail": {"List": [{"Id": "1"}, {"Id": "2 ]]> <b>"}]}})
    assert xmltodict.parse(xml) == {"xml": {"Event": "e", "Detail": {"List": [{"Id": "1"}, {"Id": "2 ]]> <b>"}]}}}


SAID = {"kind": "text", "sender": "account", "text": "您好"}


@pytest.mark.parametrize(
    ("body", "reply"),
    [
        ("", {}),
        (" success\n", {}),
        (TEXT, SAID),
        ("<xml><MsgType>text</MsgType><Content></Content></xml>", {}),
        ("<xml><MsgType>hologram</MsgType></xml>", None),
        ("<xml><MsgType>news</MsgType><ArticleCount>2</ArticleCount></xml>", None),
    ],
)
def test_answers_in_plain(body: str, reply: dict[str, str] | None):
    assert read_reply(PLAIN, body) == reply


def test_a_picture_without_its_id_cannot_be_read():
    with pytest.raises(KeyError):
        read_reply(PLAIN, "<xml><MsgType>image</MsgType></xml>")


def test_pictures_and_articles_are_shown():
    picture = read_reply(PLAIN, passive_reply("o", "gh_1", Picture("M-1"), at=NOON))
    assert picture == {"kind": "image", "sender": "account", "text": "[图片]", "media_id": "M-1"}
    said = Article("周年庆 ]]> <b>", "", "https://shop.example/a.jpg", "https://shop.example/a")
    article = read_reply(PLAIN, passive_reply("o", "gh_1", said, at=NOON))
    assert article is not None
    assert article["article"] == {
        "title": "周年庆 ]]> <b>",
        "description": "",
        "picurl": "https://shop.example/a.jpg",
        "url": "https://shop.example/a",
    }


def test_a_sealed_account_takes_sealed_answers_only():
    assert read_reply(SEALED, TEXT) is None
    assert read_reply(SEALED, _sealed("t")) == SAID
    assert read_reply(SEALED, _sealed("another token")) is None


def _sealed(token: str) -> str:
    encrypt = crypto.seal(TEXT, crypto.aes_key(SEALED["aes_key"]), "wx1", random=b"r" * 16)
    signed = crypto.signature(token, "1", "2", encrypt)
    return ENVELOPE.format(encrypt=encrypt, signature=signed, timestamp="1", nonce="2")
