from datetime import UTC, datetime

import pytest

from backend.wechat import BadCallback, Event, TextMessage
from backend.wechat.messages import parse_message, parse_tree

COMMON = {"FromUserName": "o1", "ToUserName": "gh_1", "CreateTime": 1772337600}


def test_json_and_xml_are_the_same_message():
    xml, is_json = parse_tree("<xml><FromUserName>o1</FromUserName><MsgType>text</MsgType></xml>")
    also, is_json_too = parse_tree('{"FromUserName": "o1", "MsgType": "text"}')
    assert xml == also
    assert (is_json, is_json_too) == (False, True)


def test_large_msg_id_keeps_all_its_digits():
    message = parse_message(COMMON | {"MsgType": "text", "Content": "x", "MsgId": 9223372036854775807})
    assert message.msg_id == "9223372036854775807"
    assert message.created_at == datetime(2026, 3, 1, 4, tzinfo=UTC)


def test_text_without_words_is_an_empty_text():
    message = parse_message(COMMON | {"MsgType": "text", "Content": None})
    assert isinstance(message, TextMessage)
    assert message.text == ""


def test_what_a_user_wrote_is_not_in_the_repr():
    message = parse_message(COMMON | {"MsgType": "text", "Content": "我的电话是13800000000", "MsgId": "1"})
    assert "138" not in repr(message)
    assert "o1" not in repr(message)


def test_fields_of_an_event_cannot_be_changed():
    message = parse_message(COMMON | {"MsgType": "event", "Event": "SCAN", "EventKey": "a"})
    assert isinstance(message, Event)
    with pytest.raises(TypeError):
        message.fields["EventKey"] = "b"  # type: ignore[index]  # that it cannot be set is what is tested


@pytest.mark.parametrize("missing", ["FromUserName", "ToUserName", "CreateTime"])
def test_messages_lacking_who_or_when_are_refused(missing: str):
    tree = {key: value for key, value in COMMON.items() if key != missing}
    with pytest.raises(BadCallback):
        parse_message(tree | {"MsgType": "text"})


def test_events_of_one_second_differ_by_what_they_nest():
    def sent(msg_id: str) -> str:
        item = {"TemplateId": "T", "MsgID": msg_id, "ErrorCode": "0"}
        nested = {"Event": "subscribe_msg_sent_event", "SubscribeMsgSentEvent": {"List": item}}
        return parse_message(COMMON | {"MsgType": "event", **nested}).dedup_key

    assert sent("1") == sent("1")
    assert sent("1") != sent("2")
