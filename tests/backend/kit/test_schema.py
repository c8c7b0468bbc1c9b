import json
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from backend.kit.paging import LARGEST_LIMIT
from backend.kit.schema import MAX_ID, Day, Fen, IdIn, IdText, Instant, PageQuery, Phone, Points, Schema

AT = datetime(2026, 3, 1, 1, 2, 3, 456789, tzinfo=UTC)


class Everything(Schema):
    id: IdText
    day: Day
    at: Instant
    fen: Fen


def read(kind, value):
    return TypeAdapter(kind).validate_python(value)


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (IdText, "1", 1),
        (IdText, str(MAX_ID), MAX_ID),
        (IdText, 7, 7),
        (IdIn, "0", 0),
        (Day, "2028-02-29", date(2028, 2, 29)),
        (Day, date(2026, 3, 1), date(2026, 3, 1)),
        (Instant, "2026-03-01T09:02:03.456789+08:00", AT),
        (Instant, "2026-03-01T01:02:03.4567891Z", AT),
        (Instant, AT, AT),
        (Phone, "13800138000", "13800138000"),
        (Fen, 0, 0),
        (Points, 1, 1),
    ],
)
def test_what_fits_is_read(kind, value, expected):
    assert read(kind, value) == expected


NOTHING = ["", " ", None, True, 1.0, [], {}, "１", "\ud800", "\x00", "1\n"]
UNFIT = {
    "id text": (IdText, ["-1", "+1", "1_0", " 1", "1.0", str(MAX_ID + 1), "9" * 5_000, -1, 10**30]),
    "id in": (IdIn, [1, 0, "-1", str(MAX_ID + 1)]),
    "day": (
        Day,
        [0, "0", "1700000000", "20260301", "2026-W09-7", "2026-02-29", "2026-03-01T00:00:00", AT, "２０２６-03-01"],
    ),
    "instant": (
        Instant,
        [
            0,
            "0",
            "1700000000",
            "2026-03-01",
            "2026-03-01T09:00:00",
            "2026-03-01T09:00Z",
            "2026-02-29T09:00:00Z",
            "2026-03-01T25:00:00Z",
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-14:00",
            "２０２６-03-01T09:00:00Z",
            AT.replace(tzinfo=None),
        ],
    ),
    "phone": (Phone, ["1380013800", "138001380000", "12800138000", "１3800138000", "13800138000\n", 13800138000]),
    "fen": (Fen, [-1, "1", 10**30, float("nan"), float("inf")]),
    "points": (Points, [0, -1, "1", 10**30]),
}


@pytest.mark.parametrize(
    ("kind", "value"),
    [(kind, value) for kind, values in UNFIT.values() for value in (*NOTHING, *values)],
    ids=lambda value: repr(value)[:40] if not hasattr(value, "__metadata__") else "",
)
def test_what_does_not_fit_is_refused(kind, value):
    with pytest.raises(ValidationError):
        read(kind, value)


@given(st.integers(0, MAX_ID), st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_what_goes_out_comes_in_again(number, day):
    sent = Everything(id=number, day=day, at=AT, fen=5).model_dump_json()
    assert json.loads(sent) == {"id": str(number), "day": str(day), "at": "2026-03-01T01:02:03.456789Z", "fen": 5}
    assert Everything.model_validate(json.loads(sent)).id == number


def test_the_document_says_what_goes_over_the_wire():
    for mode in ("validation", "serialization"):
        fields = Everything.model_json_schema(mode=mode)["properties"]
        assert fields["id"] == {"type": "string", "pattern": "^[0-9]{1,19}$", "title": "Id"}
        assert fields["day"] == {"type": "string", "format": "date", "title": "Day"}
        assert fields["at"] == {"type": "string", "format": "date-time", "title": "At"}


def test_unknown_fields_are_refused():
    with pytest.raises(ValidationError, match="Extra inputs"):
        PageQuery(limits=5)


def test_an_error_does_not_show_what_was_sent():
    with pytest.raises(ValidationError) as refused:
        Everything.model_validate({"id": "13800138000x", "phone": "13800138000"})
    assert "13800138000" not in str(refused.value)


@pytest.mark.parametrize("limit", [0, -1, LARGEST_LIMIT + 1, "１0", "x", 10**30])
def test_a_page_has_its_limit(limit):
    with pytest.raises(ValidationError):
        PageQuery(limit=limit)


def test_a_schema_is_written_once():
    assert Everything.model_json_schema() is Everything.model_json_schema()
    assert Everything.model_json_schema() is not PageQuery.model_json_schema()
