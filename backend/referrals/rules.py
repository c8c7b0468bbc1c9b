"""Who may have invited whom, what counts of a purchase, and how far inviters have come. Pure."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Final

from backend.kit.ids import READABLE, readable_code

CODE_CHARACTERS: Final = 8  # of 31: a million members hold one in 850,000 of them


@dataclass(frozen=True)
class Bought:
    """A line of a purchase: what was paid for it in money, less what came back."""

    kept_fen: int
    category: str | None


def invite_code(rng: Random) -> str:
    """A code to type or to read out; unguessable when `rng` is a SystemRandom."""
    return readable_code(rng, CODE_CHARACTERS)


def typed_code(text: str) -> str | None:
    """The code that somebody typed, None for what cannot be one."""
    plain = text.strip().upper()
    return plain if len(plain) == CODE_CHARACTERS and set(plain) <= set(READABLE) else None


def came_before(inviter: tuple[datetime, int], newcomer: tuple[datetime, int]) -> bool:
    """Whether who invites was a member before who is invited, by the instants and ids of their joining.

    What is ordered so has no cycles and leads nobody to themselves, however long the chain.
    """
    return inviter < newcomer


def counted_fen(lines: Iterable[Bought], categories: Collection[str] | None) -> int:
    """What counts of a purchase: the money kept for goods of the categories, or for all."""
    return sum(line.kept_fen for line in lines if categories is None or line.category in categories)


def kept_of(paid_fen: int, *, value_fen: int, refunded_fen: int) -> int:
    """The money kept of a line whose goods worth `refunded_fen` (of `value_fen`, in money and points) came back."""
    return paid_fen - paid_fen * refunded_fen // value_fen if value_fen else 0


def stages_reached(friends: int, stages: Sequence[int], given: Collection[int]) -> list[int]:
    """The stages that so many friends reach and nothing was given for yet."""
    return [stage for stage in stages if stage <= friends and stage not in given]


def granted(wanted: int, room: int | None) -> int:
    """What a budget with so much room (None: no budget) leaves of what is wanted."""
    return wanted if room is None else max(min(wanted, room), 0)


def month_of(day_text: str) -> str:
    """The calendar month of a day that is written YYYY-MM-DD."""
    return day_text[:7]
