import json

import pytest

from backend.wechat import Event, SubscriptionAnswer, SubscriptionOutcome, subscription_answers, subscription_outcomes
from backend.wechat.messages import parse_message, parse_tree

HEAD = {"ToUserName": "gh_1", "FromUserName": "o-1", "CreateTime": 1610969440, "MsgType": "event"}
ACCEPTED = {"TemplateId": "T1", "SubscribeStatusString": "accept", "PopupScene": "0"}
REJECTED = {"TemplateId": "T2", "SubscribeStatusString": "reject", "PopupScene": "0"}
SHOWN = {"TemplateId": "T1", "MsgID": "1700827132819554304", "ErrorCode": "0", "ErrorStatus": "success"}
LOST = {"TemplateId": "T1", "MsgID": 1700827132819554305, "ErrorCode": -1, "ErrorStatus": "system failed"}
XML = (
    "<xml><ToUserName>gh_1</ToUserName><FromUserName>o-1</FromUserName><CreateTime>1610969440</CreateTime>"
    "<MsgType>event</MsgType><Event>{kind}</Event><{name}>{items}</{name}></xml>"
)


def in_xml(kind, name, *items):
    lists = "".join(
        "<List>" + "".join(f"<{key}>{value}</{key}>" for key, value in item.items()) + "</List>" for item in items
    )
    return parse_message(parse_tree(XML.format(kind=kind, name=name, items=lists))[0])


def in_json(kind, items):
    return parse_message(parse_tree(json.dumps({**HEAD, "Event": kind, "List": items}))[0])


@pytest.mark.parametrize(
    "event",
    [
        in_xml("subscribe_msg_popup_event", "SubscribeMsgPopupEvent", ACCEPTED),
        in_json("subscribe_msg_popup_event", ACCEPTED),
        in_json("subscribe_msg_popup_event", [ACCEPTED]),
    ],
)
def test_one_answer_is_read_in_each_shape(event):
    assert subscription_answers(event) == [SubscriptionAnswer("T1", accepted=True)]


@pytest.mark.parametrize(
    "event",
    [
        in_xml("subscribe_msg_popup_event", "SubscribeMsgPopupEvent", ACCEPTED, REJECTED),
        in_json("subscribe_msg_popup_event", [ACCEPTED, REJECTED]),
        in_xml("subscribe_msg_change_event", "SubscribeMsgChangeEvent", ACCEPTED, REJECTED),
    ],
)
def test_so_are_several(event):
    assert subscription_answers(event) == [
        SubscriptionAnswer("T1", accepted=True),
        SubscriptionAnswer("T2", accepted=False),
    ]


@pytest.mark.parametrize(
    "event",
    [
        in_xml("subscribe_msg_sent_event", "SubscribeMsgSentEvent", SHOWN, LOST),
        in_json("subscribe_msg_sent_event", [SHOWN, LOST]),
    ],
)
def test_outcomes_are_read(event):
    assert subscription_outcomes(event) == [
        SubscriptionOutcome("1700827132819554304", None),
        SubscriptionOutcome("1700827132819554305", "-1 system failed"),
    ]
    assert subscription_answers(event) == []


@pytest.mark.parametrize(
    "items",
    [None, "x", 7, [], [None, "x"], {"TemplateId": "T1"}, {**ACCEPTED, "SubscribeStatusString": "ban"}, [[ACCEPTED]]],
)
def test_what_cannot_be_read_is_left_out(items):
    event = in_json("subscribe_msg_popup_event", items)
    assert subscription_answers(event) == []
    assert subscription_outcomes(event) == []


def test_other_events_tell_of_none():
    assert isinstance(in_json("CLICK", [ACCEPTED]), Event)
    assert subscription_answers(in_json("CLICK", [ACCEPTED])) == subscription_outcomes(in_json("VIEW", [SHOWN])) == []
