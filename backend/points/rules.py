from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Protocol

from backend.kit.calendar import add_months, day_end, shop_day

GENESIS = bytes(32)
NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Source:
    """What caused an entry: a kind of thing and its id. One source makes at most one entry of a member."""

    kind: str
    id: int | str


class LotLike(Protocol):
    """What choosing needs to know of a lot."""

    lot_no: int
    remaining: int
    expires_at: datetime | None


class EntryLike(Protocol):
    """What the hash covers of an entry."""

    member_id: int
    seq: int
    kind: str
    amount: int
    balance_after: int
    source_kind: str
    source_id: str
    expires_at: datetime | None
    at: datetime


def expiry_of(earned_at: datetime, months: int) -> datetime:
    """The first instant (UTC) at which points earned now are no longer good.

    They are good through the same shop day `months` later (or that month's last day), to its last instant.
    """
    return day_end(add_months(shop_day(earned_at), months))


def spending_order(lot: LotLike) -> tuple[datetime, int]:
    """Soonest expiry first, then the oldest; what never expires comes last."""
    return lot.expires_at or NEVER, lot.lot_no


def choose(lots: Iterable[LotLike], amount: int) -> list[tuple[int, int]]:
    """Which lots pay: (lot_no, points) pairs in spending order that add up to `amount` or to all there is."""
    chosen = []
    for lot in sorted(lots, key=spending_order):
        part = min(lot.remaining, amount)
        if part > 0:
            chosen.append((lot.lot_no, part))
            amount -= part
    return chosen


def chained(previous: bytes, entry: EntryLike) -> bytes:
    """The SHA-256 that chains an entry to the one before; covers everything the entry says."""
    said = (
        entry.member_id,
        entry.seq,
        entry.kind,
        entry.amount,
        entry.balance_after,
        entry.source_kind,
        entry.source_id,
        entry.expires_at and entry.expires_at.isoformat(timespec="microseconds"),
        entry.at.isoformat(timespec="microseconds"),
    )
    return sha256(previous + repr(said).encode()).digest()
