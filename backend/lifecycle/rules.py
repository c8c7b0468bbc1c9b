from typing import Final

from backend.lifecycle.errors import ReasonRefused

LONGEST_REASON: Final = 200

MOST_HOLDS_SHOWN: Final = 100


def checked_reason(reason: str) -> str:
    """A reason without white space around it. Raises ReasonRefused for an empty one and one of over 200 characters."""
    stripped = reason.strip()
    if not 1 <= len(stripped) <= LONGEST_REASON:
        raise ReasonRefused
    return stripped
