"""What a JSON door reads before any view sees it."""

from typing import Any

from flask import request
from werkzeug.exceptions import BadRequest

from backend.kit.errors import Malformed


class UnsoundBody(Malformed):
    """The body is no JSON object in UTF-8, or holds text that no database stores alike (NUL, half a surrogate pair)."""

    code = "payload.malformed"
    message = "请求格式错误"


def check_json() -> None:
    """Read the call's body, if it has one. Raises UnsoundBody; the framework's 415 for another media type.

    The API layer reads silently (it would call broken JSON "not a dictionary") and takes JSON in a JSON string.
    """
    raw = request.get_data()
    if not raw:
        return
    try:
        raw.decode()
        body = request.get_json()
    except (UnicodeDecodeError, RecursionError, BadRequest) as error:
        raise UnsoundBody from error
    # unsound text can only come in as an escape: the parser refuses control characters, the decoder surrogates
    if not isinstance(body, dict) or b"\0" in raw or (b"\\u" in raw and not _sound(body)):
        raise UnsoundBody


def _sound(body: dict[str, Any]) -> bool:
    waiting: list[Any] = [body]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting += [*value, *value.values()]
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, str) and ("\0" in value or not _encodes(value)):
            return False
    return True


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
