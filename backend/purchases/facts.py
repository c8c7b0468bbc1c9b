from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class PurchaseRecorded:
    """A till reported a sale for the first time; `at` is when it was recorded. Without a member nothing was earned."""

    member_id: int | None
    store_id: int
    order_no: str
    paid_fen: int
    points: int
    growth: int
    at: datetime


@dataclass(frozen=True)
class PurchaseRefunded:
    """Money was given back; `points` and `growth` (both >= 0) are what was taken back for it."""

    member_id: int | None
    store_id: int
    order_no: str
    refund_no: str
    amount_fen: int
    points: int
    growth: int
    at: datetime
