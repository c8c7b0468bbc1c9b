import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any


@dataclass(frozen=True)
class Line:
    """One line of a till's receipt; `amount_fen` is for all of `qty`, before discounts on the whole bill."""

    sku: str
    name: str
    qty: int
    amount_fen: int
    category: str | None = None
    brand: str | None = None
    counter: str | None = None


@dataclass(frozen=True)
class Basket:
    """What is about to be bought. With an `order_no`, what is set aside for that order, points and coupons, is usable.

    `coupon_codes` are the coupons that are wanted; None leaves the choice to us.
    """

    lines: tuple[Line, ...]
    member_id: int | None = None
    points_to_use: int | None = None
    order_no: str | None = None
    coupon_codes: tuple[str, ...] | None = ()


@dataclass(frozen=True)
class Receipt:
    """A finished sale as the till reports it. `order_no` is the till's own number, unique in its store.

    `paid_fen` is what was paid in money, beside what `points_to_use` paid and what coupons took off. `coupon_codes`
    (None without any) are the same content in whatever order they come.
    """

    order_no: str
    paid_at: datetime
    lines: tuple[Line, ...]
    total_fen: int
    paid_fen: int
    member_id: int | None = None
    points_to_use: int | None = None
    coupon_codes: frozenset[str] | None = None


@dataclass(frozen=True)
class ReturnedLine:
    """A line that comes back, numbered from 1 as reported; without an amount all that is left of it is refunded."""

    line_no: int
    amount_fen: int | None = None


@dataclass(frozen=True)
class RefundRequest:
    """Goods that come back: named `lines`, or (with none) an amount that falls to all of them.

    Amounts are what the goods were given for, in money and points together.
    """

    refund_no: str
    lines: tuple[ReturnedLine, ...] = ()
    amount_fen: int | None = None


def fingerprint(content: Receipt | RefundRequest) -> bytes:
    """SHA-256 of what was reported: equal for equal content, however the till spelt it (zone of `paid_at`, nulls)."""
    canonical = json.dumps(_stated(asdict(content)), sort_keys=True, separators=(",", ":"), default=_utc)
    return sha256(canonical.encode()).digest()


def _stated(value: Any) -> Any:
    # absent fields stay out, so that a later release may add optional ones and still know old orders again
    if isinstance(value, dict):
        return {name: _stated(part) for name, part in value.items() if part is not None}
    if isinstance(value, (list, tuple)):
        return [_stated(part) for part in value]
    if isinstance(value, frozenset):
        return sorted(value)
    return value


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
