from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class ReceiptSettled:
    """A purchase was given to the member who claimed it; `points` are what it earns, now or later."""

    member_id: int
    claim_id: int
    store_name: str
    order_no: str
    points: int
    at: datetime


@dataclass(frozen=True)
class ReceiptRefused:
    """A claim came to nothing, or was taken back: why, in a sentence for the member. The store may not be known."""

    member_id: int
    claim_id: int
    order_no: str | None
    why: str
    at: datetime
