import json

import pytest

from tests.support.toys import counting_door

URL = "/api/toy/tallies"
SOUND = [b'{"name":"a"}', '{"name":"😀"}'.encode(), b'{"name":"\\ud83d\\ude00"}', b' {"name": "\\u5c0f"}\n']
UNSOUND = {
    "no JSON": b'{"name":',
    "not UTF-8": '{"name":"中文"}'.encode("gbk"),
    "UTF-16": '{"name":"a"}'.encode("utf-16"),
    "half a pair": b'{"name":"\\ud83d"}',
    "half a pair as a name": b'{"\\ud83d":"a"}',
    "half a pair in a list": b'{"name":["a",{"b":"\\ude00"}]}',
    "half a pair in bytes": b'{"name":"\xed\xa0\xbd"}',
    "NUL escaped": b'{"name":"a\\u0000"}',
    "NUL": b'{"name":"a\x00"}',
    "a control character": b'{"name":"a\x01"}',
    "a list": b'[{"name":"a"}]',
    "a text with JSON in it": b'"{\\"name\\":\\"a\\"}"',
    "a number": b"1",
    "null": b"null",
    "too deep": b'{"name":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "an endless number": b'{"name":' + b"9" * 5_000 + b"}",
}


@pytest.fixture
def client(open_door, toys):
    return open_door(counting_door())


@pytest.mark.parametrize("body", SOUND)
def test_a_sound_body_is_read(client, body):
    reply = client.post(URL, data=body, content_type="application/json")
    assert (reply.status_code, reply.json["name"]) == (201, json.loads(body)["name"])


@pytest.mark.parametrize("body", UNSOUND.values(), ids=UNSOUND.keys())
def test_an_unsound_body_is_malformed(client, body):
    reply = client.post(URL, data=body, content_type="application/json")
    assert (reply.status_code, reply.mimetype) == (400, "application/problem+json")
    assert reply.json["code"] == "payload.malformed"


def test_another_media_type_is_refused(client):
    reply = client.post(URL, data=b"name=a", content_type="application/x-www-form-urlencoded")
    assert (reply.status_code, reply.json["code"]) == (415, "http.415")


def test_a_body_that_is_too_large_is_refused(client):
    reply = client.post(URL, data=b" " * (1024 * 1024 + 1), content_type="application/json")
    assert (reply.status_code, reply.json["code"]) == (413, "http.413")


def test_without_a_body_the_payload_is_missing(client):
    assert client.post(URL).status_code == 422


def test_a_key_given_twice_is_the_last_one(client):
    reply = client.post(URL, data=b'{"name":"a","name":"b"}', content_type="application/json")
    assert reply.json["name"] == "b"
