import pytest

from backend.kit.cache import MemoryCache
from backend.wechat import AppCredentials, TryLater
from backend.wechat.transport import Transport, _Client
from tests.backend.wechat.odd_servers import answering

APP = AppCredentials("wx1", "very-secret")


@pytest.mark.parametrize(
    "body",
    ["", "[]", '"ok"', "null", "{", '{"errcode": "x"}', '{"errcode": null}', '{"errcode": {}}', "<html>", "{}"],
)
def test_odd_answers_are_try_later(cache: MemoryCache, body: str):
    with answering(body) as base_url:
        transport = Transport(APP, base_url=base_url, cache=cache, timeout=(1, 1))
        with pytest.raises(TryLater):
            transport.stable_token()


@pytest.mark.parametrize(
    "body", ['{"access_token": ""}', '{"access_token": 7, "expires_in": 1}', '{"access_token": "a"}']
)
def test_half_a_token_is_try_later(cache: MemoryCache, body: str):
    with answering(body) as base_url, pytest.raises(TryLater):
        Transport(APP, base_url=base_url, cache=cache, timeout=(1, 1)).stable_token()


def test_a_token_is_hidden_in_the_repr(cache: MemoryCache):
    with answering('{"access_token": "the-token", "expires_in": 7200}') as base_url:
        token = Transport(APP, base_url=base_url, cache=cache, timeout=(1, 1)).stable_token()
    assert (token.value, token.expires_in) == ("the-token", 7200)
    assert "the-token" not in repr(token)


def test_redirects_are_not_followed(cache: MemoryCache):
    with answering("", status=302, location="http://127.0.0.1:9/elsewhere") as base_url, pytest.raises(TryLater):
        Transport(APP, base_url=base_url, cache=cache, timeout=(1, 1)).get_by_secret("sns/jscode2session", {})


def test_no_part_of_wechatpy_goes_to_another_address_or_fetches_tokens():
    client = _Client(APP, "http://127.0.0.1:9", (1, 1))
    assert client.API_BASE_URL == "http://127.0.0.1:9/cgi-bin/"
    assert client.wxa.API_BASE_URL == "http://127.0.0.1:9/"
    assert client.auto_retry is False
    with pytest.raises(NotImplementedError):
        client.fetch_access_token()
