import secrets
import threading
from random import Random
from time import time_ns

EPOCH_MS = 1_704_067_200_000  # 2024-01-01T00:00:00Z
SEQUENCE_BITS = 22
READABLE = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # no 0/O, 1/I/L: people read these aloud


class IdSource:
    """64-bit positive ids that sort by time: 41 bits of milliseconds, 22 bits that start at random each millisecond.

    Ids of one source never repeat and always grow. Two processes may in theory draw the same id in the same
    millisecond; the primary key refuses the second and the call is run again.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def next(self) -> int:
        with self._lock:
            fresh = (time_ns() // 1_000_000 - EPOCH_MS) << SEQUENCE_BITS | secrets.randbits(SEQUENCE_BITS - 1)
            same_millisecond = fresh >> SEQUENCE_BITS <= self._last >> SEQUENCE_BITS
            self._last = self._last + 1 if same_millisecond else fresh
            return self._last

    def block(self, count: int) -> int:
        with self._lock:
            # the half of a millisecond's ids that `next` never begins in: it is two blocks that could meet, if any
            fresh = (time_ns() // 1_000_000 - EPOCH_MS) << SEQUENCE_BITS | 1 << (SEQUENCE_BITS - 1)
            first = max(self._last + 1, fresh | secrets.randbits(SEQUENCE_BITS - 2))
            self._last = first + count - 1
            return first


_source = IdSource()


def new_id() -> int:
    """A new id for a row: unique, positive, 63 bits, sorted by time."""
    return _source.next()


def new_ids(count: int) -> int:
    """The first of `count` new ids in a row, for rows that the database itself numbers."""
    return _source.block(count)


def digits(rng: Random, count: int) -> str:
    """`count` random digits; unguessable when `rng` is a SystemRandom, as it is in production."""
    return f"{rng.randrange(10**count):0{count}d}"


def readable_code(rng: Random, count: int) -> str:
    """`count` random characters that cannot be mistaken for one another when read aloud or typed."""
    return "".join(rng.choice(READABLE) for _ in range(count))


def luhn_digit(body: str) -> str:
    """The check digit of ISO/IEC 7812-1 for a string of digits: finds every single wrong digit and most swaps."""
    weighed = (int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    return str(-sum(sum(divmod(value, 10)) for value in weighed) % 10)


def luhn_valid(number: str) -> bool:
    """Whether the last digit of `number` is the check digit of the rest."""
    return len(number) > 1 and number.isascii() and number.isdigit() and luhn_digit(number[:-1]) == number[-1]
