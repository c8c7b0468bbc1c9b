import re
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Final, Literal
from urllib.parse import urlsplit

from backend.kit.ids import readable_code
from backend.kit.money import PER_TEN_THOUSAND
from backend.partners.errors import AmountRefused, DirectionClosed, PartnerRefused, ReasonRefused, TermsRefused
from config import policy

Direction = Literal["in", "out"]

IN: Final = "in"  # their points become ours
OUT: Final = "out"  # ours become theirs
SCOPES: Final = frozenset({"links", "exchanges", "coupons", "tiers"})
CODE: Final = re.compile(r"[0-9a-z-]{1,20}")
LONGEST_NAME: Final = 64
LONGEST_URL: Final = 200
LONGEST_REASON: Final = 200
LINK_CODE_LENGTH: Final = 10
ALIAS_BITS: Final = 128
MOST_POINTS: Final = 10**9
LARGEST_RATE: Final = 100 * PER_TEN_THOUSAND


@dataclass(frozen=True)
class Way:
    """What was agreed for one direction. `rate` is what 10,000 points of the giver become; caps and the budget are
    counted in our points; `price` is what the partners settle for 10,000 of our points, in fen. A rate of 0 closes it.
    """

    rate: int
    least: int
    step: int
    member_day: int
    partner_day: int
    budget: int
    price: int


@dataclass(frozen=True)
class Exchanged:
    """Points given and what they become; `ours` is the side of it that moves on our ledger."""

    given: int
    taken: int
    ours: int


def exchanged(way: Way, direction: Direction, given: int) -> Exchanged:
    """What points become at the agreed rate, rounded down. Raises DirectionClosed, AmountRefused."""
    if not way.rate:
        raise DirectionClosed
    taken = given * way.rate // PER_TEN_THOUSAND
    if not way.least <= given <= MOST_POINTS or given % way.step or not taken:
        raise AmountRefused(least=way.least, step=way.step)
    return Exchanged(given, taken, taken if direction == IN else given)


def fen_of(points: int, price: int) -> int:
    """What so many of our points are settled at, rounded down."""
    return points * price // PER_TEN_THOUSAND


def checked_way(way: Way, name: str) -> Way:
    """Terms of a direction as given. Raises TermsRefused naming what cannot be."""
    limits = {
        "rate": (0, LARGEST_RATE),
        "least": (1, MOST_POINTS),
        "step": (1, MOST_POINTS),
        "member_day": (0, MOST_POINTS),
        "partner_day": (0, MOST_POINTS * 1000),
        "budget": (0, MOST_POINTS * 1000),
        "price": (0, MOST_POINTS),
    }
    for part, (least, most) in limits.items():
        if not least <= getattr(way, part) <= most:
            raise TermsRefused(what=f"{name}.{part}")
    return way


def checked_partner(code: str, name: str, base_url: str) -> tuple[str, str, str]:
    """Code, name and address of a partner, the address without its last slashes. Raises PartnerRefused."""
    name, base_url = name.strip(), base_url.rstrip("/")
    if not CODE.fullmatch(code):
        raise PartnerRefused(what="code")
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise PartnerRefused(what="name")
    if not _is_address(base_url):
        raise PartnerRefused(what="base_url")
    return code, name, base_url


def checked_reason(reason: str) -> str:
    """A reason without white space around it. Raises ReasonRefused."""
    stripped = reason.strip()
    if not 1 <= len(stripped) <= LONGEST_REASON or not stripped.isprintable():
        raise ReasonRefused
    return stripped


def link_code(rng: Random) -> str:
    """What a member tells the partner, once; unguessable when `rng` is a SystemRandom."""
    return readable_code(rng, LINK_CODE_LENGTH)


def alias(rng: Random) -> str:
    """The name by which one partner, and nobody else, knows a member."""
    return f"m{rng.getrandbits(ALIAS_BITS):0{ALIAS_BITS // 4}x}"


def pause(tries: int, rng: Random) -> timedelta:
    """How long to wait before the partner is asked again: twice as long each time up to a longest, half of it luck."""
    first, longest = policy.PARTNER_FIRST_PAUSE, policy.PARTNER_LONGEST_PAUSE
    whole = min(longest, first * 2 ** min(tries, 20))
    milliseconds = whole // timedelta(milliseconds=2)
    return timedelta(milliseconds=milliseconds + rng.randrange(milliseconds + 1))


def _is_address(base_url: str) -> bool:
    if len(base_url) > LONGEST_URL or not base_url.isascii() or not base_url.isprintable() or " " in base_url:
        return False
    try:
        parts = urlsplit(base_url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and not parts.query and not parts.username
    except ValueError:
        return False
