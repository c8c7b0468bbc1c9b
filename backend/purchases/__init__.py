"""Sales as the tills report them: what was bought and paid, what it earned, what was given back.

A store's order number is the key of a purchase, and the refund number the key of a refund of it: reports may be
repeated in any way and count once. Money is fen; points and growth value are whole numbers.
"""

from backend.purchases.adopting import HasMember, NothingKept, adopt, disown, order_of
from backend.purchases.cash import CashBook, Usable
from backend.purchases.cash import checked as checked_cash_book
from backend.purchases.coupon_holds import hold_coupons, release_coupons
from backend.purchases.facts import PurchaseRecorded, PurchaseRefunded
from backend.purchases.holds import (
    AlreadyReported,
    Held,
    HoldStatus,
    NothingHeld,
    OtherHold,
    hold_points,
    release_points,
)
from backend.purchases.merging import move_purchases
from backend.purchases.models import CashHold, Purchase, PurchaseCoupon, PurchaseLine, Refund, RefundLine
from backend.purchases.queries import Detail, RefundDetail, UsedCoupon, bought_by, detail, explanation, used_coupons
from backend.purchases.quotes import BillTooLarge, Quote, quote
from backend.purchases.receipts import Basket, Line, Receipt, RefundRequest, ReturnedLine
from backend.purchases.refunds import Refunded, RefundNoReused, UnknownPurchase, refund
from backend.purchases.returns import RefundExceeds, UnknownLine
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
    "AlreadyReported",
    "Basket",
    "BillTooLarge",
    "CashBook",
    "CashHold",
    "Detail",
    "HasMember",
    "Held",
    "HoldStatus",
    "Line",
    "NothingHeld",
    "NothingKept",
    "OrderNoReused",
    "OtherHold",
    "Overpaid",
    "PaidInFuture",
    "Purchase",
    "PurchaseCoupon",
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
    "Usable",
    "UsedCoupon",
    "adopt",
    "bought_by",
    "checked_cash_book",
    "detail",
    "disown",
    "explanation",
    "hold_coupons",
    "hold_points",
    "move_purchases",
    "order_of",
    "quote",
    "record",
    "refund",
    "release_coupons",
    "release_points",
    "used_coupons",
]
