"""The base of all payloads, in and out; what validates is what /api/openapi.json documents."""

import functools
from datetime import UTC, date, datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

MAX_ID = 2**63 - 1
LARGEST_FEN = 10**11  # a billion yuan: far above any bill, far below 64 bits


class Schema(BaseModel):
    """A payload. Unknown fields are refused, so that a misspelt one is noticed."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    @classmethod
    @functools.cache  # flask-openapi asks again on every request with a query
    def model_json_schema(cls, *args: Any, **kwargs: Any) -> dict[str, Any]:  # type: ignore[override]  # cached
        return super().model_json_schema(*args, **kwargs)


def _only_text(value: object) -> object:
    if isinstance(value, (str, date)):
        return value
    raise ValueError("must be ISO 8601 text")


def _id_from_text(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 19:
        return int(value)
    raise ValueError("must be an id: digits in a string")


def _iso_utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


# lax pydantic would take 0 as 1970-01-01
Day = Annotated[date, BeforeValidator(_only_text)]
Instant = Annotated[
    AwareDatetime, BeforeValidator(_only_text), PlainSerializer(_iso_utc, return_type=str, when_used="json")
]
# never \d: it takes full-width digits
IdText = Annotated[
    int,
    BeforeValidator(_id_from_text, json_schema_input_type=Annotated[str, Field(pattern=r"^[0-9]{1,19}$")]),
    Field(ge=0, le=MAX_ID),
    PlainSerializer(str, return_type=str, when_used="json"),
]
Phone = Annotated[str, Field(pattern=r"^1[3-9][0-9]{9}$")]
Fen = Annotated[int, Field(strict=True, ge=0, le=LARGEST_FEN)]
Points = Annotated[int, Field(strict=True, ge=1, le=10**9)]


class PageQuery(Schema):
    """Where a list goes on and how much of it to send."""

    cursor: Annotated[str, Field(max_length=200)] | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 20


