"""Paid membership (付费会员): which ones are sold, who has paid for which days, and what goes back.

Owns the tables `plan_orders` and `plan_uses`. What is sold is data (`rulebooks`, kind "plans"); an order keeps what it
was sold as. Memberships of one family never overlap: a further one follows on the last. Whether one is in force follows
from its instants, and no job is needed to end it. Locks are taken in the order account, order, payment, coupons.

An order waits for WeChat Pay until its time is over, or was paid at a till. A refund ends it at once; the money goes
back in the way that it came. Two members who become one keep all days that they paid for. Who leaves should ask for the
refund before; what is still owed when the membership closes goes back by WeChat Pay, or waits to be paid out.
"""

from backend.plans.book import KIND, Plan, PlanBook, checked, live, on_sale
from backend.plans.errors import (
    BookedTooFar,
    BookRefused,
    NothingToRefund,
    NotPaidOut,
    NotRefundable,
    NotWaiting,
    OrderReused,
    OrderUnknown,
    PlanUnknown,
    QuoteChanged,
    ReasonRefused,
    RefundLaterFirst,
    UseReused,
    WrongPrice,
)
from backend.plans.facts import PlanEnded, PlanRefunded, PlanRenewalDue, PlanStarted
from backend.plans.models import Method, OrderStatus, PlanOrder, PlanUse
from backend.plans.owners import end_plans, move_plans, note_lapsed, note_paid
from backend.plans.queries import benefits_of, due, memberships, order, orders, waiting_refunds, would_be
from backend.plans.refunding import Wish, note_refunded, pay_out, quote_refund, refund
from backend.plans.rules import Quote
from backend.plans.service import PURPOSE, Sale, cancel, place, sell
from backend.plans.starting import tend
from backend.plans.uses import note_use, undo_use

__all__ = [
    "KIND",
    "PURPOSE",
    "BookRefused",
    "BookedTooFar",
    "Method",
    "NotPaidOut",
    "NotRefundable",
    "NotWaiting",
    "NothingToRefund",
    "OrderReused",
    "OrderStatus",
    "OrderUnknown",
    "Plan",
    "PlanBook",
    "PlanEnded",
    "PlanOrder",
    "PlanRefunded",
    "PlanRenewalDue",
    "PlanStarted",
    "PlanUnknown",
    "PlanUse",
    "Quote",
    "QuoteChanged",
    "ReasonRefused",
    "RefundLaterFirst",
    "Sale",
    "UseReused",
    "Wish",
    "WrongPrice",
    "benefits_of",
    "cancel",
    "checked",
    "due",
    "end_plans",
    "live",
    "memberships",
    "move_plans",
    "note_lapsed",
    "note_paid",
    "note_refunded",
    "note_use",
    "on_sale",
    "order",
    "orders",
    "pay_out",
    "place",
    "quote_refund",
    "refund",
    "sell",
    "tend",
    "undo_use",
    "waiting_refunds",
    "would_be",
]
