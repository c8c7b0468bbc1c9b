from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class PurchaseRecorded:
    """A till reported a sale for the first time, or one that was nobody's became a member's (`paid_fen` is what was
    kept of it then); `at` is when. Without a member nothing was earned.
    """

    member_id: int | None
    store_id: int
    order_no: str
    paid_fen: int
    points: int
    growth: int
    at: datetime


@dataclass(frozen=True)
class PurchaseRefunded:
    """Money was given back, or a sale was taken away from its member (`amount_fen` is all that was kept of it);
    `points` and `growth` (both >= 0) are what was taken back for it.
    """

    member_id: int | None
    store_id: int
    order_no: str
    refund_no: str
    amount_fen: int
    points: int
    growth: int
    at: datetime
