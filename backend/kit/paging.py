import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final

from backend.kit.errors import Malformed

DEFAULT_LIMIT: Final = 20
LARGEST_LIMIT: Final = 100
LONGEST_CURSOR: Final = 200


class BadCursor(Malformed):
    """A cursor that was not given out here."""

    code = "paging.bad-cursor"
    message = "分页参数无效"


def encode_cursor(*place: int | str) -> str:
    """An opaque cursor for the place (sort keys) after which the next page begins."""
    return urlsafe_b64encode(json.dumps(place, separators=(",", ":")).encode()).rstrip(b"=").decode()


def decode_int_cursor(cursor: str | None) -> int | None:
    """The one integer that a cursor holds, None without a cursor. Raises BadCursor."""
    place = decode_ints(cursor, 1)
    return None if place is None else place[0]


def decode_ints(cursor: str | None, count: int) -> tuple[int, ...] | None:
    """The `count` integers that a cursor holds, None without a cursor. Raises BadCursor."""
    if cursor is None:
        return None
    if len(cursor) > LONGEST_CURSOR:
        raise BadCursor
    try:
        place = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError) as error:
        raise BadCursor from error
    if not isinstance(place, list) or len(place) != count or not all(map(_fits_a_column, place)):
        raise BadCursor
    return tuple(place)


def _fits_a_column(part: object) -> bool:
    return type(part) is int and -(2**63) <= part < 2**63
