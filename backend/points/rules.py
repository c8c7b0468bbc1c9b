from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any, Literal, Protocol

from backend.kit.calendar import add_months, day_end, shop_day
from config import policy

GENESIS = bytes(32)
NEVER = datetime.max.replace(tzinfo=UTC)
LONGEST_MONTHS = 120
SAID = ("member_id", "seq", "kind", "amount", "balance_after", "source_kind", "source_id", "expires_at", "at")


@dataclass(frozen=True)
class Source:
    """What caused an entry: a kind of thing and its id. One source makes at most one entry of a member."""

    kind: str
    id: int | str


@dataclass(frozen=True)
class Expiry:
    """How long points are good: for `months` (through the same shop day of that month, or its last day), through the
    end of the calendar year after the one of the earning, or for ever. Raises ValueError for months out of 1 to 120.
    """

    kind: Literal["months", "year-end", "never"]
    months: int = 0

    def __post_init__(self) -> None:
        if (self.kind == "months") != (0 < self.months <= LONGEST_MONTHS):
            raise ValueError("months are told, 1 to 120, where points are good for months, and only there")

    def of(self, earned_at: datetime) -> datetime | None:
        """The first instant (UTC) at which points earned then are no longer good; None when there is none."""
        if self.kind == "never":
            return None
        earned_on = shop_day(earned_at)
        if self.kind == "year-end":
            return day_end(date(earned_on.year + 1, 12, 31))
        return day_end(add_months(earned_on, self.months))


HOUSE_EXPIRY = Expiry("months", policy.POINTS_VALID_MONTHS)


class LotLike(Protocol):
    """What choosing needs to know of a lot."""

    @property
    def lot_no(self) -> int: ...
    @property
    def free(self) -> int: ...
    @property
    def expires_at(self) -> datetime | None: ...


class AccountLike(Protocol):
    """What the next line of a journal follows from."""

    @property
    def member_id(self) -> int: ...
    @property
    def balance(self) -> int: ...
    @property
    def last_seq(self) -> int: ...
    @property
    def last_hash(self) -> bytes: ...
    @property
    def last_at(self) -> datetime: ...


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


def spending_order(lot: LotLike) -> tuple[datetime, int]:
    """Soonest expiry first, then the oldest; what never expires comes last."""
    return lot.expires_at or NEVER, lot.lot_no


def choose(lots: Iterable[LotLike], amount: int) -> list[tuple[int, int]]:
    """Which lots pay: (lot_no, points) pairs in spending order that add up to `amount` or to all that is free."""
    chosen = []
    for lot in sorted(lots, key=spending_order):
        part = min(lot.free, amount)
        if part > 0:
            chosen.append((lot.lot_no, part))
            amount -= part
    return chosen


def next_line(
    account: AccountLike,
    kind: str,
    amount: int,
    *,
    source: Source,
    at: datetime,
    expires_at: datetime | None = None,
) -> dict[str, Any]:
    """The columns of the line that follows in an account's journal, chained to the one before."""
    columns = {
        "member_id": account.member_id,
        "seq": account.last_seq + 1,
        "kind": kind,
        "amount": amount,
        "balance_after": account.balance + amount,
        "source_kind": source.kind,
        "source_id": str(source.id),
        "expires_at": expires_at,
        "at": max(at, account.last_at),
    }
    return columns | {"hash": _digest(account.last_hash, columns)}


def chained(previous: bytes, entry: EntryLike) -> bytes:
    """The SHA-256 that chains an entry to the one before; covers everything the entry says."""
    return _digest(previous, {name: getattr(entry, name) for name in SAID})


def _digest(previous: bytes, columns: dict[str, Any]) -> bytes:
    said = tuple(_as_said(columns[name]) for name in SAID)
    return sha256(previous + repr(said).encode()).digest()


def _as_said(value: Any) -> Any:
    """An instant is said in UTC, as the database gives it back, whatever zone it came in."""
    return value.astimezone(UTC).isoformat(timespec="microseconds") if isinstance(value, datetime) else value
