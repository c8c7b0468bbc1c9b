"""The base of all payloads, in and out; what validates is what /api/openapi.json documents."""

import functools
import re
from datetime import UTC, date, datetime
from typing import Annotated, Any, Final

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema

from backend.kit.paging import DEFAULT_LIMIT, LARGEST_LIMIT, LONGEST_CURSOR

MAX_ID: Final = 2**63 - 1
ID_DIGITS: Final = 19
LARGEST_FEN: Final = 10**11  # a billion yuan: far above any bill, far below 64 bits
DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# RFC 3339, in the years that every database and every change of zone can bear
INSTANT: Final = re.compile(r"2[01][0-9]{2}-[0-9-]{5}[Tt ][0-9:]{8}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})")


class Schema(BaseModel):
    """A payload. Unknown fields are refused, so that a misspelt one is noticed."""

    # what does not fit may be personal: errors end in logs
    model_config = ConfigDict(extra="forbid", from_attributes=True, hide_input_in_errors=True)

    @classmethod
    @functools.cache  # flask-openapi asks again on every request with a query
    def model_json_schema(cls, *args: Any, **kwargs: Any) -> dict[str, Any]:  # type: ignore[override]  # cached
        return super().model_json_schema(*args, **kwargs)


def _day(value: object) -> object:
    if type(value) is date or (isinstance(value, str) and DAY.fullmatch(value)):
        return value
    raise ValueError("must be a day: YYYY-MM-DD")


def _instant(value: object) -> object:
    if isinstance(value, datetime) or (isinstance(value, str) and INSTANT.fullmatch(value)):
        return value
    raise ValueError("must be an instant with its zone: YYYY-MM-DDThh:mm:ss+08:00")


def _id_text(value: object) -> object:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= ID_DIGITS:
        return int(value)
    raise ValueError("must be an id: digits in a string")


def _id_text_or_number(value: object) -> object:
    return value if type(value) is int else _id_text(value)


def _iso_utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


_ID_SCHEMA = WithJsonSchema({"type": "string", "pattern": f"^[0-9]{{1,{ID_DIGITS}}}$"})
_AS_TEXT = PlainSerializer(str, return_type=str, when_used="json")
_INSTANT_SCHEMA = WithJsonSchema({"type": "string", "format": "date-time"})
_AS_UTC = PlainSerializer(_iso_utc, return_type=str, when_used="json")

# lax pydantic would take 0 and "0" for 1970-01-01
Day = Annotated[date, BeforeValidator(_day)]
Instant = Annotated[AwareDatetime, BeforeValidator(_instant), _AS_UTC, _INSTANT_SCHEMA]
# never \d: it takes full-width digits
IdText = Annotated[int, Field(ge=0, le=MAX_ID), BeforeValidator(_id_text_or_number), _AS_TEXT, _ID_SCHEMA]
# for bodies: a number is refused, because JavaScript has rounded it already
IdIn = Annotated[int, Field(ge=0, le=MAX_ID), BeforeValidator(_id_text), _AS_TEXT, _ID_SCHEMA]
Phone = Annotated[str, Field(pattern=r"^1[3-9][0-9]{9}$")]
Fen = Annotated[int, Field(strict=True, ge=0, le=LARGEST_FEN)]
Points = Annotated[int, Field(strict=True, ge=1, le=10**9)]


class PageQuery(Schema):
    """Where a list goes on and how much of it to send."""

    cursor: Annotated[str, Field(max_length=LONGEST_CURSOR)] | None = None
    limit: Annotated[int, Field(ge=1, le=LARGEST_LIMIT)] = DEFAULT_LIMIT
