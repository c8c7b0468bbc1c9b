"""What people answer to our SMS, as the provider posts it to us."""

import json
from dataclasses import dataclass, field
from typing import Final

CHINA: Final = "86"
LARGEST_REPLY: Final = 8 * 1024


class BadReply(ValueError):
    """What was posted is no reply that can be read."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What somebody answered: the number (11 digits at home, with its country's code from abroad) and the words."""

    phone: str = field(repr=False)
    text: str = field(repr=False)


def read_reply(body: bytes) -> Reply:
    """The reply in a body that Tencent Cloud posts: {nationcode, mobile, text, sign, time, extend}. Raises BadReply."""
    try:
        given = json.loads(body) if len(body) <= LARGEST_REPLY else None
    except ValueError as error:
        raise BadReply("unreadable") from error
    if not isinstance(given, dict):
        raise BadReply("not a reply")
    mobile, text, country = (given.get(name) for name in ("mobile", "text", "nationcode"))
    if not isinstance(mobile, str) or not isinstance(text, str) or not mobile:
        raise BadReply("without number or words")
    return Reply(mobile if str(country) == CHINA else f"+{country}{mobile}", text)
