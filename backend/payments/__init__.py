"""Payments by WeChat Pay: what somebody is asked to pay for something, what came in, and what goes back.

Owns the tables `payments` and `payment_refunds`. It does not know what is paid for: a purpose is a kind and an id of
whoever asked, who hears `PaymentSucceeded`, `PaymentClosed` and `PaymentRefunded`. Verbs that move a payment lock its
row; whoever also moves the member's points locks the account before.

The network is asked between transactions (`prepay`, `ask_trade`, `ask_refund`), by numbers that WeChat Pay knows again,
so that each of them may die anywhere and be done again. Money that comes for nothing, because its payment was closed or
paid before, goes back by itself.
"""

from backend.payments.asking import ask_refund, ask_trade, due_refunds, due_trades, prepay
from backend.payments.errors import (
    NotPayable,
    PaymentMismatch,
    PaymentRefusedByWechat,
    PaymentUnknown,
    PayOff,
    RefundNotFailed,
    RefundTooHigh,
    RefundUnknown,
    TryPayingLater,
)
from backend.payments.facts import PaymentClosed, PaymentRefunded, PaymentSucceeded
from backend.payments.gateway import PayGateway
from backend.payments.models import Payment, Refund
from backend.payments.queries import Overview, failed_refunds, for_purpose, get, move_payments, owner_of, refund_by_no
from backend.payments.reconciling import Discrepancy, compare
from backend.payments.refunding import refund, retry_refund, settle_refund, settle_refund_by_hand
from backend.payments.service import Purpose, cancel, open_payment, settle_trade

__all__ = [
    "Discrepancy",
    "NotPayable",
    "Overview",
    "PayGateway",
    "PayOff",
    "Payment",
    "PaymentClosed",
    "PaymentMismatch",
    "PaymentRefunded",
    "PaymentRefusedByWechat",
    "PaymentSucceeded",
    "PaymentUnknown",
    "Purpose",
    "Refund",
    "RefundNotFailed",
    "RefundTooHigh",
    "RefundUnknown",
    "TryPayingLater",
    "ask_refund",
    "ask_trade",
    "cancel",
    "compare",
    "due_refunds",
    "due_trades",
    "failed_refunds",
    "for_purpose",
    "get",
    "move_payments",
    "open_payment",
    "owner_of",
    "prepay",
    "refund",
    "refund_by_no",
    "retry_refund",
    "settle_refund",
    "settle_refund_by_hand",
    "settle_trade",
]
