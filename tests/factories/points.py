from datetime import timedelta

from backend import points
from backend.points import Source
from tests.factories.members import make_member
from tests.support.clocks import MORNING

A_WEEK = timedelta(days=7)


def open_books(session, *, now=MORNING):
    """The locked account of a new member, without a point."""
    account = points.lock(session, make_member(session, now=now).id, now=now)
    if account.balance:
        points.spend(session, account, account.balance, source=Source("exchange", "emptied"), now=now)
    return account


def lots_of(session, account):
    """What each lot has left, and how much of that is set aside, in the order of the lots: empty ones left out."""
    session.flush()
    return [(lot.remaining, lot.held) for lot in points.lots(session, account.member_id, limit=100)]
