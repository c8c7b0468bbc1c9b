"""How a bill is paid with points: out of the hold of its order, or out of the account."""

from contextlib import suppress
from datetime import datetime
from functools import lru_cache

from sqlalchemy.orm import Session

from backend import points, rulebooks
from backend.kit.ids import new_id
from backend.purchases import cash
from backend.purchases.models import CashHold
from backend.purchases.orders import source_of_cash


def terms_of(session: Session, tier_code: str, *, now: datetime) -> cash.Terms:
    """How points pay at `now` for members of a tier."""
    return _parsed(rulebooks.live(session, cash.KIND, now=now)).terms(tier_code)


def pay(session: Session, account: points.Account, wanted: int, *, store_id: int, order_no: str, now: datetime) -> int:
    """Use so many points (0 for none) for an order; returns the id by which the ledger knows its purchase.

    Where points are set aside for the order, they are the ones used; what is not wanted of them is free again. Raises
    points.Insufficient, points.Frozen, and then nothing has changed.
    """
    hold = _hold_for(session, account, store_id, order_no, now)
    if hold is not None and not wanted:
        points.release(session, account, source=source_of_cash(hold.id), now=now)
    elif hold is not None:
        with suppress(points.HoldEnded):  # released before
            points.capture(session, account, source=source_of_cash(hold.id), amount=wanted, now=now)
            return hold.id
    purchase_id = new_id()
    if wanted:
        points.spend(session, account, wanted, source=source_of_cash(purchase_id), now=now)
    return purchase_id


def payable_with(session: Session, member_id: int, *, store_id: int, order_no: str | None, now: datetime) -> int:
    """How many points `pay` has for an order: those set aside for it, else all that are available at `now`.

    Raises points.Frozen.
    """
    account = session.get_one(points.Account, member_id)
    if account.frozen_at is not None:
        raise points.Frozen
    hold = _hold_for(session, account, store_id, order_no, now) if order_no else None
    if hold is not None and stands(session, hold):
        return hold.points
    return points.summary(session, member_id, now=now).available


def stands(session: Session, hold: CashHold) -> bool:
    """Whether the ledger still keeps the points aside; it may not have noticed yet that their time is over."""
    kept = points.hold_of(session, hold.member_id, source_of_cash(hold.id))
    return kept is not None and kept.ended_at is None


def _hold_for(
    session: Session, account: points.Account, store_id: int, order_no: str, now: datetime
) -> CashHold | None:
    hold = session.get(CashHold, (store_id, order_no), populate_existing=True) if account.held else None
    return hold if hold and hold.member_id == account.member_id and now < hold.until_at else None


@lru_cache(maxsize=16)
def _parsed(book: rulebooks.Book) -> cash.CashBook:
    """Keyed by all that a book says, which never changes once it is published."""
    return cash.checked(book.definition)
