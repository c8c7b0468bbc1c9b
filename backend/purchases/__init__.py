"""Sales as the tills report them: what was bought and paid, what it earned, what was given back.

A store's order number is the key of a purchase, and the refund number the key of a refund of it: reports may be
repeated in any way and count once. Money is fen; points and growth value are whole numbers.
"""

from backend.purchases.facts import PurchaseRecorded, PurchaseRefunded
from backend.purchases.models import Purchase, PurchaseLine, Refund, RefundLine
from backend.purchases.queries import Detail, RefundDetail, detail
from backend.purchases.quotes import BillTooLarge, Quote, quote
from backend.purchases.receipts import Line, Receipt, RefundRequest, ReturnedLine
from backend.purchases.refunds import (
    Refunded,
    RefundExceeds,
    RefundNoReused,
    UnknownLine,
    UnknownPurchase,
    refund,
)
from backend.purchases.service import (
    OrderNoReused,
    Overpaid,
    PaidInFuture,
    Recorded,
    ReportedTooLate,
    TotalMismatch,
    record,
)

__all__ = [
    "BillTooLarge",
    "Detail",
    "Line",
    "OrderNoReused",
    "Overpaid",
    "PaidInFuture",
    "Purchase",
    "PurchaseLine",
    "PurchaseRecorded",
    "PurchaseRefunded",
    "Quote",
    "Receipt",
    "Recorded",
    "Refund",
    "RefundDetail",
    "RefundExceeds",
    "RefundLine",
    "RefundNoReused",
    "RefundRequest",
    "Refunded",
    "ReportedTooLate",
    "ReturnedLine",
    "TotalMismatch",
    "UnknownLine",
    "UnknownPurchase",
    "detail",
    "quote",
    "record",
    "refund",
]
