import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode

from backend.kit.errors import Malformed

DEFAULT_LIMIT = 20
LARGEST_LIMIT = 100


class BadCursor(Malformed):
    """A cursor that was not given out here."""

    code = "paging.bad-cursor"
    message = "分页参数无效"


def encode_cursor(*place: int | str) -> str:
    """An opaque cursor for the place (sort keys) after which the next page begins."""
    return urlsafe_b64encode(json.dumps(place).encode()).rstrip(b"=").decode()


def decode_int_cursor(cursor: str | None) -> int | None:
    """The one integer that a cursor holds, None without a cursor. Raises BadCursor."""
    if cursor is None:
        return None
    try:
        (place,) = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError, TypeError) as error:
        raise BadCursor from error
    if type(place) is not int or not -(2**63) <= place < 2**63:
        raise BadCursor
    return place
