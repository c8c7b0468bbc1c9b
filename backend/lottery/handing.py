"""Goods that were won, handed out at a till."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import points
from backend.lottery.errors import HandedOutElsewhere, NotHandedOut, WinLapsed, WinUnknown
from backend.lottery.models import Win


def hand_out(session: Session, *, code: str, store_id: int, now: datetime) -> Win:
    """Hand over what a pickup code stands for, once; a repeat at the same store is answered the same.

    Raises WinUnknown, also for what a member won who has left; WinLapsed, HandedOutElsewhere.
    """
    win = _locked(session, code, now=now)
    if win.handed_at is None:
        if now >= win.pick_up_by:
            raise WinLapsed
        win.store_id, win.handed_at = store_id, now
    elif win.store_id != store_id:
        raise HandedOutElsewhere
    return win


def take_back(session: Session, *, code: str, store_id: int, now: datetime) -> Win:
    """Undo a hand-out at the store that made it: the goods wait again, for as long as they would have.

    Raises WinUnknown, NotHandedOut.
    """
    win = _locked(session, code, now=now)
    if win.handed_at is None or win.store_id != store_id:
        raise NotHandedOut
    win.store_id = win.handed_at = None
    return win


def _locked(session: Session, code: str, *, now: datetime) -> Win:
    """The account of the owner is locked first, then the win."""
    member_id = session.scalar(select(Win.member_id).where(Win.pickup_code == code))
    if member_id is None:
        raise WinUnknown
    try:
        points.lock(session, member_id, now=now)
    except points.AccountClosed as closed:
        raise WinUnknown from closed
    mine = select(Win).where(Win.pickup_code == code).with_for_update()
    return session.scalars(mine.execution_options(populate_existing=True)).one()
