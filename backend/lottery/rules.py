"""What a play gives: a function of the seed, the draw, the player and the number of the play. Pure."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from hmac import digest
from itertools import accumulate, count
from typing import Final, Literal

Status = Literal["draft", "published", "paused", "closed", "cancelled"]
Phase = Literal["draft", "announced", "open", "paused", "closed", "cancelled"]

RUNNING: Final[tuple[Phase, ...]] = ("announced", "open", "paused")
COST, PRIZE = "draw", "draw-prize"  # the kinds of sources under which points go and come
WHOLE: Final = 1_000_000
SEED_BYTES: Final = 32
WORD_BYTES: Final = 8
FAIR_BELOW: Final = 2 ** (8 * WORD_BYTES) // WHOLE * WHOLE


def commitment(seed: bytes) -> bytes:
    """What is published of a seed before a draw opens: its SHA-256."""
    return sha256(seed).digest()


def roll(seed: bytes, draw_id: int, player_id: int, no: int) -> int:
    """The number, 0 to 999,999, of a player's `no`-th play (from 1) of a draw; each is as likely as any other.

    `HMAC-SHA256(seed, "draw_id:player_id:no:attempt")`, all numbers decimal, attempt from 0; its first 8 bytes are a
    big-endian number x. Where x < 1,000,000 * floor(2^64 / 1,000,000), the roll is x mod 1,000,000; where it is not,
    the next attempt is made, so that no remainder is favoured.
    """
    return first_fair(_word(seed, f"{draw_id}:{player_id}:{no}:{attempt}") for attempt in count()) % WHOLE


def first_fair(words: Iterable[int]) -> int:
    """The first of many numbers of 64 bits that lies among those of which every remainder has equally many."""
    return next(word for word in words if word < FAIR_BELOW)


def place_of(odds: Sequence[int], rolled: int) -> int:
    """Which prize (from 0) a roll falls on: prizes lie side by side in their order, each as wide as its odds."""
    return bisect_right(list(accumulate(odds)), rolled)


def phase(status: Status, opens_at: datetime, closes_at: datetime, now: datetime) -> Phase:
    """Where a draw stands at an instant: open while opens_at <= now < closes_at, unless operators decided otherwise."""
    if status == "published" and now < opens_at:
        return "announced"
    if status in {"published", "paused"} and now >= closes_at:
        return "closed"
    return "open" if status == "published" else status


def _word(seed: bytes, said: str) -> int:
    return int.from_bytes(digest(seed, said.encode(), "sha256")[:WORD_BYTES], "big")
