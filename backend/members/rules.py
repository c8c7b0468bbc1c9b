"""What is acceptable about a person, and how numbers look. Pure."""

import re
import unicodedata
from datetime import date
from random import Random

from backend.kit.ids import digits, luhn_digit
from backend.members.errors import BirthdayRefused, NicknameRefused, PhoneRefused

CARD_PREFIX = "8"
CARD_RANDOM_DIGITS = 10
LONGEST_NICKNAME = 20
OLDEST_BIRTHDAY = date(1900, 1, 1)
MAINLAND_PHONE = re.compile(r"(?:(?:\+|00)?86)?(1[3-9][0-9]{9})")
PHONE_SEPARATORS = re.compile(r"[\s\-()]")
# what breaks a line or turns its direction; joiners (also Cf) stay, emoji are made of them
UNSEEN = {"Cc", "Cs", "Zl", "Zp"}
DIRECTION_MARKS = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def normal_phone(text: str) -> str:
    """The eleven digits of a mobile number of mainland China, however it was written. Raises PhoneRefused."""
    found = MAINLAND_PHONE.fullmatch(PHONE_SEPARATORS.sub("", text))
    if found is None:
        raise PhoneRefused
    return found[1]


def normal_nickname(text: str) -> str:
    """The nickname without white space around it. Raises NicknameRefused."""
    stripped = text.strip()
    if not is_plain(stripped) or not 1 <= len(stripped) <= LONGEST_NICKNAME:
        raise NicknameRefused
    return stripped


def is_plain(text: str) -> bool:
    """Whether a text breaks no line and turns no direction."""
    return all(unicodedata.category(char) not in UNSEEN and char not in DIRECTION_MARKS for char in text)


def check_birthday(day: date, *, today: date) -> None:
    """Raises BirthdayRefused for a day before 1900 or after today."""
    if not OLDEST_BIRTHDAY <= day <= today:
        raise BirthdayRefused


def card_number(rng: Random) -> str:
    """A new card number: 8, ten random digits, the Luhn check digit."""
    body = CARD_PREFIX + digits(rng, CARD_RANDOM_DIGITS)
    return body + luhn_digit(body)
