"""Coupons and bills told shortly, for what is reckoned without a database."""

from datetime import timedelta
from itertools import count

from backend.coupons import parsed
from backend.coupons.pricing import Bill
from backend.coupons.scoping import BillLine, Ticket
from tests.support.clocks import MORNING

VALID_UNTIL = MORNING + timedelta(days=30)

_ids = count(1)


def ticket(worth, *, template="T", days=30, version=1, ticket_id=None, **parts):
    """A coupon good from this morning for so many days; `parts` of its definition are told apart."""
    number = ticket_id or next(_ids)
    said = {"name": f"券{template}", "worth": worth, "validity": {"days": 30}, **parts}
    until = MORNING + timedelta(days=days)
    return Ticket(number, f"CODE{number:012d}", template, version, parsed(said), MORNING, until)


def cash(off, threshold=0, *, every=False, **parts):
    return ticket({"kind": "cash-off", "off_fen": off, "threshold_fen": threshold, "every": every}, **parts)


def percent(price, *, threshold=0, most=None, **parts):
    worth = {"kind": "percent-off", "price": price, "threshold_fen": threshold, "most_fen": most}
    return ticket(worth, **parts)


def fixed(price, **parts):
    return ticket({"kind": "fixed-price", "price_fen": price}, **parts)


def line(amount, qty=1, **parts):
    return BillLine(amount, qty, **parts)


def bill(*lines, price=10_000, at=MORNING, store="HQ", points=False):
    """A bill of lines, or of amounts in fen."""
    told = tuple(one if isinstance(one, BillLine) else BillLine(one) for one in lines)
    return Bill(told, store, at, price, points)
