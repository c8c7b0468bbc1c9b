"""Rotating codes: digits that a till can scan, that stand for a number, and that tell nobody else anything. Pure.

A message of digits is enciphered as a whole, so that each code looks random and no two share a key stream: the digits
of the number, the second of issue modulo 1000, and a tag of 7 digits, HMAC-SHA256 over the number and the whole second.
The cipher is a balanced Feistel network over decimal halves with HMAC-SHA256 as its round function and the ten rounds
of NIST SP 800-38G's FF1. Verification deciphers, finds the only second within the time of validity that has these last
three digits, and checks the tag. One guess in ten million passes the tag, and most of those name nothing.
"""

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from hashlib import sha256
from typing import Final

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
SECOND: Final = timedelta(seconds=1)
CYCLE_DIGITS: Final = 3
CYCLE: Final[int] = 10**CYCLE_DIGITS  # seconds; longer than any code is good for, so that the second is found again
TAG_DIGITS: Final = 7
TAGS: Final[int] = 10**TAG_DIGITS
ROUNDS: Final = range(10)


@dataclass(frozen=True)
class Shown:
    """A code for a till and the instant after which the phone should show another."""

    code: str
    expires_at: datetime


@dataclass(frozen=True)
class RotatingCodes:
    """The codes of one kind of number, which has an even count of `digits`. A code of one kind is none of another."""

    kind: str
    digits: int
    good_for: timedelta
    clock_difference: timedelta

    @property
    def length(self) -> int:
        """How many digits a code has."""
        return self.digits + CYCLE_DIGITS + TAG_DIGITS

    @property
    def oldest(self) -> timedelta:
        """How long ago a code that is still taken may have been made."""
        return self.good_for + self.clock_difference

    def show(self, number: str, key: bytes, now: datetime) -> Shown:
        """The code of a number for the second of `now`."""
        second = (now - EPOCH) // SECOND
        message = (int(number) * CYCLE + second % CYCLE) * TAGS + self._tag(number, second, key)
        return Shown(self._enciphered(message, key), EPOCH + second * SECOND + self.good_for)

    def number_of(self, code: str, key: bytes, now: datetime) -> str | None:
        """The number behind a code that is good at `now`; None for any other text."""
        if len(code) != self.length or not (code.isascii() and code.isdigit()):
            return None
        told, tag = divmod(self._deciphered(code, key), TAGS)
        whole, place = divmod(told, CYCLE)
        number, second = f"{whole:0{self.digits}d}", self._second_of_issue(place, now)
        genuine = tag == self._tag(number, second, key)
        return number if genuine and EPOCH + second * SECOND >= now - self.oldest else None

    def _second_of_issue(self, place: int, now: datetime) -> int:
        """The latest second not after the end of the window whose last three digits are `place`."""
        latest = (now + self.clock_difference - EPOCH) // SECOND
        return latest - (latest - place) % CYCLE

    def _tag(self, number: str, second: int, key: bytes) -> int:
        return self._number(key, "tag", f"{number}|{second}") % TAGS

    def _enciphered(self, message: int, key: bytes) -> str:
        left, right = divmod(message, self._halves)
        for turn in ROUNDS:
            left, right = right, (left + self._number(key, "round", f"{turn}|{right}")) % self._halves
        return f"{left * self._halves + right:0{self.length}d}"

    def _deciphered(self, code: str, key: bytes) -> int:
        left, right = divmod(int(code), self._halves)
        for turn in reversed(ROUNDS):
            left, right = (right - self._number(key, "round", f"{turn}|{left}")) % self._halves, left
        return left * self._halves + right

    def _number(self, key: bytes, purpose: str, text: str) -> int:
        return int.from_bytes(hmac.digest(key, f"{self.kind}.{purpose}.{text}".encode(), sha256), "big")

    @cached_property
    def _halves(self) -> int:
        halves: int = 10 ** (self.length // 2)
        return halves
