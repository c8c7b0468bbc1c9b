"""The rotating card code: 20 digits that a till's scanner reads and that tell nobody else anything. Pure.

A message of 20 digits is enciphered as a whole, so that each code looks random and no two share a key stream: the ten
random digits of the card number, the second of issue modulo 1000, and a tag of 7 digits, HMAC-SHA256 over the ten
digits and the whole second. The cipher is a balanced Feistel network over decimal halves with HMAC-SHA256 as its round
function and the ten rounds of NIST SP 800-38G's FF1. Verification deciphers, finds the only second within the time of
validity that has these last three digits, and checks the tag; the card number then leads to the member by its index.
One guess in ten million passes the tag, and most of those name no card; tills are limited in how often they may miss.
"""

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final

from backend.kit.ids import luhn_digit
from backend.members.models import Member
from backend.members.rules import CARD_PREFIX, CARD_RANDOM_DIGITS
from config import policy

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
CYCLE = 1000  # seconds; longer than any code is good for, so that the second of issue is found again
TAG_DIGITS = 7
TAGS: Final[int] = 10**TAG_DIGITS
HALF_DIGITS = CARD_RANDOM_DIGITS  # the other half: 3 digits of the second and the tag
HALVES: Final[int] = 10**HALF_DIGITS
CODE_DIGITS = 2 * HALF_DIGITS
ROUNDS = range(10)
OLDEST = policy.CARD_CODE_GOOD_FOR + policy.CARD_CODE_CLOCK_DIFFERENCE


@dataclass(frozen=True)
class CardCode:
    """A code for a till and the instant after which the phone should show another."""

    code: str
    expires_at: datetime


def card_code(member: Member, key: bytes, now: datetime) -> CardCode:
    """The code of the member's card for the second of `now`."""
    digits, second = member.card_no[1:-1], (now - EPOCH) // SECOND
    code = _enciphered(int(digits), second % CYCLE * TAGS + _tag(digits, second, key), key)
    expires_at = EPOCH + second * SECOND + policy.CARD_CODE_GOOD_FOR
    return CardCode(code, expires_at)


def card_no_of(code: str, key: bytes, now: datetime) -> str | None:
    """The card number behind a code that is good at `now`; None for any other text."""
    if len(code) != CODE_DIGITS or not (code.isascii() and code.isdigit()):
        return None
    number, (place, tag) = _deciphered(code, key)
    digits, second = f"{number:0{CARD_RANDOM_DIGITS}d}", _second_of_issue(place, now)
    genuine = tag == _tag(digits, second, key)
    if not genuine or EPOCH + second * SECOND < now - OLDEST:
        return None
    body = CARD_PREFIX + digits
    return body + luhn_digit(body)


def _second_of_issue(place: int, now: datetime) -> int:
    """The latest second not after the end of the window whose last three digits are `place`."""
    latest = (now + policy.CARD_CODE_CLOCK_DIFFERENCE - EPOCH) // SECOND
    return latest - (latest - place) % CYCLE


def _tag(digits: str, second: int, key: bytes) -> int:
    return _number(key, b"tag", f"{digits}|{second}") % TAGS


def _enciphered(left: int, right: int, key: bytes) -> str:
    for turn in ROUNDS:
        left, right = right, (left + _number(key, b"round", f"{turn}|{right}")) % HALVES
    return f"{left:0{HALF_DIGITS}d}{right:0{HALF_DIGITS}d}"


def _deciphered(code: str, key: bytes) -> tuple[int, tuple[int, int]]:
    left, right = int(code[:HALF_DIGITS]), int(code[HALF_DIGITS:])
    for turn in reversed(ROUNDS):
        left, right = (right - _number(key, b"round", f"{turn}|{left}")) % HALVES, left
    return left, divmod(right, TAGS)


def _number(key: bytes, purpose: bytes, text: str) -> int:
    return int.from_bytes(hmac.digest(key, b"card-code." + purpose + b"." + text.encode(), sha256), "big")
