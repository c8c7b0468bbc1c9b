"""The rotating card code: 20 digits that a till's scanner reads and that tell nobody else anything. Pure.

A synthetic-IV construction. The message is the ten random digits of the card number and the second of issue modulo 1000
(13 digits). Its tag, 7 digits, is HMAC-SHA256 over those ten digits and the whole second; the tag also seeds the key
stream that is added to the message. Verification takes the stream off, finds the only second within the time of
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
MESSAGE_DIGITS = CARD_RANDOM_DIGITS + 3
MESSAGES: Final[int] = 10**MESSAGE_DIGITS
TAGS: Final[int] = 10**TAG_DIGITS
CODE_DIGITS = TAG_DIGITS + MESSAGE_DIGITS
OLDEST = policy.CARD_CODE_GOOD_FOR + policy.CARD_CODE_CLOCK_DIFFERENCE


@dataclass(frozen=True)
class CardCode:
    """A code for a till and the instant after which the phone should show another."""

    code: str
    expires_at: datetime


def card_code(member: Member, key: bytes, now: datetime) -> CardCode:
    """The code of the member's card for the second of `now`."""
    digits, second = member.card_no[1:-1], (now - EPOCH) // SECOND
    tag = _tag(digits, second, key)
    message = int(digits) * CYCLE + second % CYCLE
    masked = (message + _stream(tag, key)) % MESSAGES
    expires_at = EPOCH + second * SECOND + policy.CARD_CODE_GOOD_FOR
    return CardCode(f"{tag}{masked:0{MESSAGE_DIGITS}d}", expires_at)


def card_no_of(code: str, key: bytes, now: datetime) -> str | None:
    """The card number behind a code that is good at `now`; None for any other text."""
    if len(code) != CODE_DIGITS or not (code.isascii() and code.isdigit()):
        return None
    tag, masked = code[:TAG_DIGITS], int(code[TAG_DIGITS:])
    number, place = divmod((masked - _stream(tag, key)) % MESSAGES, CYCLE)
    digits, second = f"{number:0{CARD_RANDOM_DIGITS}d}", _second_of_issue(place, now)
    genuine = hmac.compare_digest(tag, _tag(digits, second, key))
    if not genuine or EPOCH + second * SECOND < now - OLDEST:
        return None
    body = CARD_PREFIX + digits
    return body + luhn_digit(body)


def _second_of_issue(place: int, now: datetime) -> int:
    """The latest second not after the end of the window whose last three digits are `place`."""
    latest = (now + policy.CARD_CODE_CLOCK_DIFFERENCE - EPOCH) // SECOND
    return latest - (latest - place) % CYCLE


def _tag(digits: str, second: int, key: bytes) -> str:
    return f"{_number(key, b'tag', f'{digits}|{second}') % TAGS:0{TAG_DIGITS}d}"


def _stream(tag: str, key: bytes) -> int:
    return _number(key, b"stream", tag) % MESSAGES


def _number(key: bytes, purpose: bytes, text: str) -> int:
    own_key = hmac.digest(key, b"card-code." + purpose, sha256)
    return int.from_bytes(hmac.digest(own_key, text.encode(), sha256), "big")
