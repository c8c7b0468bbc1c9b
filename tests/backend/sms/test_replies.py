import json

import pytest

from backend.sms import BadReply, Reply, read_reply

TOLD = {"nationcode": "86", "mobile": "13800001234", "text": "TD", "sign": "百汇百货", "time": 1457336869, "extend": ""}


def posted(**change):
    return json.dumps(TOLD | change).encode()


def test_a_reply_is_read():
    assert read_reply(posted()) == Reply("13800001234", "TD")


def test_a_number_from_abroad_keeps_its_country():
    assert read_reply(posted(nationcode="852", mobile="51234567")).phone == "+85251234567"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        b"[" * 100_000,
        posted(mobile=""),
        posted(mobile=138),
        posted(text=None),
        posted(text="字" * 8192),
    ],
)
def test_what_is_no_reply_is_refused(body):
    with pytest.raises(BadReply):
        read_reply(body)


def test_nothing_personal_is_shown_of_a_reply():
    assert repr(read_reply(posted())) == "Reply()"
