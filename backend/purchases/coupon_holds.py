"""Coupons that a till keeps for a bill that is not paid yet."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from backend import coupons, members, points, stores
from backend.purchases.holds import AlreadyReported
from backend.purchases.orders import of_order


def hold_coupons(
    session: Session, *, store_id: int, order_no: str, member_id: int, codes: Sequence[str], now: datetime
) -> coupons.Kept:
    """Keep coupons of a member for an order, for a quarter of an hour, instead of those kept for it before.

    Raises AlreadyReported, members.MemberUnknown, members.Blocked, members.Closed, and what coupons.keep raises.
    """
    member = members.active(members.survivor(session, members.get(session, member_id)))
    points.lock(session, member.id, now=now)
    if session.scalar(of_order(store_id, order_no)) is not None:
        raise AlreadyReported
    order, store = coupons.Order(store_id, now, order_no), stores.get_store(session, store_id)
    return coupons.keep(session, member.id, codes, order=order, store_code=store.code, now=now)


def release_coupons(session: Session, *, store_id: int, order_no: str, member_id: int, now: datetime) -> None:
    """Let go the coupons that are kept for an order; where none are, nothing happens.

    Raises members.MemberUnknown, points.AccountClosed.
    """
    member = members.survivor(session, members.get(session, member_id))
    points.lock(session, member.id, now=now)
    coupons.let_go(coupons.kept_for(session, member.id, coupons.Order(store_id, now, order_no), now=now))
