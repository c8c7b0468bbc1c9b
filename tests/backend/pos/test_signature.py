from pathlib import Path

import pytest

from backend.pos.signature import matches, message
from tests.support.till import signature

SECRET = "5ca1ab1e" * 8
BODY = b'{"card_no":"900000000018"}'
# computed with sha256sum and openssl, as in the till vendors' document
BODY_HASH = "0cffdbd78ff8a59514f9219471631e67707eac7f61fed22c7cd38a4171a84f78"
WITH_BODY = "43300d974dc1859d3351db69bbd5126e9bd81920e4c7d6354a317c408e8bde86"
WITH_QUERY = "1794a37245299f859e081e655673831b51d24c00f6010461f77eba48fecaf04c"


def signed(**changes):
    parts = {
        "method": "POST",
        "path": "/api/pos/v1/members/lookup",
        "query": b"",
        "timestamp": "1772326800",
        "nonce": "7d4f0c7b2a91",
        "body": BODY,
    }
    return message(**(parts | changes))


def test_the_message_is_five_lines():
    assert signed() == f"POST\n/api/pos/v1/members/lookup\n1772326800\n7d4f0c7b2a91\n{BODY_HASH}".encode()


def test_the_documented_call_has_the_documented_signature():
    assert matches(WITH_BODY, SECRET, signed())


def test_a_call_with_a_query_and_without_a_body_has_the_documented_signature():
    call = signed(method="GET", path="/api/pos/v1/purchases/SO-1", query=b"verbose=1&x=%E4%B8%AD", body=b"")
    assert matches(WITH_QUERY, SECRET, call)


def test_upper_case_hex_is_the_same_number():
    assert matches(WITH_BODY.upper(), SECRET, signed())


def test_the_clients_own_code_agrees():
    target = "/api/pos/v1/members/lookup"
    assert signature(SECRET, "POST", target, 1772326800, "7d4f0c7b2a91", BODY) == WITH_BODY


@pytest.mark.parametrize(
    "change",
    [
        {"method": "GET"},
        {"path": "/api/pos/v1/members"},
        {"query": b"a=1"},
        {"timestamp": "1772326801"},
        {"nonce": "7d4f0c7b2a92"},
        {"body": BODY + b" "},
    ],
)
def test_every_part_is_signed(change):
    assert not matches(WITH_BODY, SECRET, signed(**change))


def test_another_secret_does_not_fit():
    assert not matches(WITH_BODY, SECRET[::-1], signed())


def test_a_path_is_signed_in_its_percent_encoding():
    assert b"/purchases/%E4%B8%AD%20A-1~.b\n" in signed(path="/purchases/中 A-1~.b")


def test_the_document_for_vendors_says_the_same():
    document = (Path(__file__).parents[3] / "docs" / "till-api.md").read_text(encoding="utf-8")
    for literal in (SECRET, BODY.decode(), BODY_HASH, WITH_BODY, WITH_QUERY):
        assert literal in document
