import json
from base64 import urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.kit.paging import BadCursor, decode_int_cursor, decode_ints, encode_cursor

places = st.integers(-(2**63), 2**63 - 1)


@given(st.lists(places, min_size=1, max_size=5))
def test_a_cursor_holds_its_place(place):
    assert decode_ints(encode_cursor(*place), len(place)) == tuple(place)


@given(places)
def test_a_cursor_of_one_integer(place):
    cursor = encode_cursor(place)
    assert decode_int_cursor(cursor) == place
    assert cursor.isascii()
    assert not set(cursor) & set("+/=&?")


def test_without_a_cursor_there_is_no_place():
    assert decode_int_cursor(None) is None
    assert decode_ints(None, 2) is None


def cursor_of(value):
    return urlsafe_b64encode(json.dumps(value).encode()).decode()


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "!",
        "积分",
        "AAAA",
        "A" * 10_000,
        "\x00",
        "[" * 100,
        cursor_of(1),
        cursor_of("1"),
        cursor_of({"1": 1}),
        cursor_of([]),
        cursor_of([1, 2]),
        cursor_of([1.0]),
        cursor_of([True]),
        cursor_of(["1"]),
        cursor_of([None]),
        cursor_of([2**63]),
        cursor_of([[1]]),
        urlsafe_b64encode(b"\xff\xfe").decode(),
    ],
)
def test_what_was_not_given_out_here_is_refused(cursor):
    with pytest.raises(BadCursor):
        decode_int_cursor(cursor)


@given(st.text(max_size=250))
def test_any_text_is_a_cursor_or_refused(text):
    try:
        assert isinstance(decode_int_cursor(text), int)
    except BadCursor as error:
        assert error.code == "paging.bad-cursor"  # noqa: PT017  either is right
