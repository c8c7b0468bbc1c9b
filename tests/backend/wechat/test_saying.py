import re

import pytest
import xmltodict
from hypothesis import given
from hypothesis import strategies as st

from backend.wechat import LONGEST_TEXT, Article, Picture, fits_text, passive_reply
from backend.wechat.saying import customer_message
from tests.backend.wechat.conftest import NOON as NOW

ARTICLE = Article("周年庆", "全场五折起", "https://shop.example/a.jpg", "https://shop.example/a")


@given(text=st.text(), to=st.text(st.characters(categories=["L", "N"]), min_size=1))
def test_user_text_cannot_break_out_of_a_reply(text: str, to: str):
    tree = xmltodict.parse(passive_reply(to, "gh_1", text, at=NOW), strip_whitespace=False)["xml"]
    assert set(tree) == {"ToUserName", "FromUserName", "CreateTime", "MsgType", "Content"}
    readable = "".join(char for char in text if char in "\t\n\r" or char >= " ")
    if not re.search("[\r\ufffe\uffff]", readable):
        assert (tree["Content"] or "") == readable


def test_reply_with_the_end_of_cdata_in_it():
    tree = xmltodict.parse(passive_reply("o", "g", "a]]><ToUserName>x</ToUserName>", at=NOW))["xml"]
    assert tree["Content"] == "a]]><ToUserName>x</ToUserName>"
    assert tree["CreateTime"] == str(int(NOW.timestamp()))


def test_picture_in_answer():
    tree = xmltodict.parse(passive_reply("o", "g", Picture("M-1"), at=NOW))["xml"]
    assert (tree["MsgType"], tree["Image"]) == ("image", {"MediaId": "M-1"})


def test_article_in_answer():
    tree = xmltodict.parse(passive_reply("o", "g", ARTICLE, at=NOW))["xml"]
    assert (tree["MsgType"], tree["ArticleCount"]) == ("news", "1")
    assert tree["Articles"]["item"] == {
        "Title": "周年庆",
        "Description": "全场五折起",
        "PicUrl": "https://shop.example/a.jpg",
        "Url": "https://shop.example/a",
    }


def test_article_cannot_break_out_of_its_fields():
    evil = Article("]]></Title><x>", "]]>", "https://shop.example/?a=1&b=2", "https://shop.example/]]>")
    item = xmltodict.parse(passive_reply("o", "g", evil, at=NOW))["xml"]["Articles"]["item"]
    assert (item["Title"], item["PicUrl"]) == ("]]></Title><x>", "https://shop.example/?a=1&b=2")


def test_customer_messages():
    assert customer_message("o", "您好") == {"touser": "o", "msgtype": "text", "text": {"content": "您好"}}
    assert customer_message("o", Picture("M-1")) == {"touser": "o", "msgtype": "image", "image": {"media_id": "M-1"}}
    assert customer_message("o", ARTICLE)["news"] == {
        "articles": [
            {
                "title": "周年庆",
                "description": "全场五折起",
                "url": "https://shop.example/a",
                "picurl": "https://shop.example/a.jpg",
            }
        ]
    }


@pytest.mark.parametrize(("text", "fits"), [("字" * LONGEST_TEXT, True), ("字" * 683, False), ("", False), ("a", True)])
def test_what_wechat_takes_whole(text, fits):
    assert fits_text(text) is fits
