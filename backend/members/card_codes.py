"""The rotating code of a card: 20 digits, made of the ten random ones of its number (see `kit.rotating`). Pure.

The card number that a code tells leads to the member by its index; tills are limited in how often they may miss.
"""

from datetime import datetime
from typing import Final

from backend.kit.ids import luhn_digit
from backend.kit.rotating import RotatingCodes
from backend.kit.rotating import Shown as CardCode
from backend.members.models import Member
from backend.members.rules import CARD_PREFIX, CARD_RANDOM_DIGITS
from config import policy

CODES: Final = RotatingCodes(
    "card-code", CARD_RANDOM_DIGITS, policy.CARD_CODE_GOOD_FOR, policy.CARD_CODE_CLOCK_DIFFERENCE
)

__all__ = ["CODES", "CardCode", "card_code", "card_no_of"]


def card_code(member: Member, key: bytes, now: datetime) -> CardCode:
    """The code of the member's card for the second of `now`."""
    return CODES.show(member.card_no[1:-1], key, now)


def card_no_of(code: str, key: bytes, now: datetime) -> str | None:
    """The card number behind a code that is good at `now`; None for any other text."""
    number = CODES.number_of(code, key, now)
    if number is None:
        return None
    body = CARD_PREFIX + number
    return body + luhn_digit(body)
