"""Points of a registration: held from the beginning, so that who waits never lacks them when a place comes free; spent
or given back later, once. The member's account is locked.
"""

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from backend import points
from backend.events.models import Registration

COST: Final = "event"
RETURN: Final = "event-return"


def hold(session: Session, account: points.Account, made: Registration, *, now: datetime) -> None:
    """Set the points of a registration aside. Raises points.Insufficient, points.Frozen."""
    if made.points:
        # no end of its own: a hold that lapsed could free the points of who comes in that very moment
        points.reserve(session, account, made.points, source=_source(made), until=None, now=now)
        made.points_state = "held"


def take(session: Session, account: points.Account, made: Registration, *, now: datetime) -> None:
    """Spend what is held, if anything is. Raises points.Frozen."""
    if made.points_state == "held":
        points.capture(session, account, source=_source(made), now=now)
        made.points_state = "spent"


def give_back(session: Session, account: points.Account, made: Registration, *, now: datetime) -> int:
    """Let points that are held or spent be the member's again; returns how many."""
    if made.points_state == "held":
        points.release(session, account, source=_source(made), now=now)
    elif made.points_state == "spent":
        _return_spent(session, account, made, now=now)
    else:
        return 0
    made.points_state = "returned"
    return made.points


def _return_spent(session: Session, account: points.Account, made: Registration, *, now: datetime) -> None:
    source = points.Source(RETURN, made.id)
    try:
        points.cancel(session, account, spent=_source(made), source=source, now=now)
    except points.NothingToCancel:  # another account paid, which is one with this by now; its lots are gone
        points.credit(session, account, made.points, source=source, now=now)


def _source(made: Registration) -> points.Source:
    return points.Source(COST, made.id)
