"""What operators and members are warned of: stocks that run low, orders whose time to be picked up ends soon, and those
that should have been sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.kit.calendar import day_end, day_start, shop_day
from backend.kit.facts import announce
from backend.mall.facts import ExchangeLapsesSoon
from backend.mall.locking import locked
from backend.mall.models import CENTRAL, WAITING, Item, Order, Stock
from backend.mall.rules import reminded_until
from backend.stores import get_store
from config.policy import SHIP_WITHIN_DAYS


@dataclass(frozen=True)
class LowStock:
    """A stock that has run low; `store_id` is None for the house's."""

    item_id: int
    title: str
    store_id: int | None
    stock: int
    low_at: int


def low_stocks(session: Session, *, after: tuple[int, int] | None = None, limit: int) -> list[LowStock]:
    """Stocks of items on offer that have run low, by (item, store), beginning after the place `after`."""
    low = select(Stock, Item.title).join(Item, Item.id == Stock.item_id).where(Item.status == "on")
    low = low.where(Stock.stock <= Stock.low_at).order_by(Stock.item_id, Stock.store_id).limit(limit)
    if after is not None:
        item_id, store_id = after
        later = (Stock.item_id == item_id) & (Stock.store_id > store_id)
        low = low.where((Stock.item_id > item_id) | later)
    return [
        LowStock(one.item_id, title, None if one.store_id == CENTRAL else one.store_id, one.stock, one.low_at or 0)
        for one, title in session.execute(low)
    ]


def not_picked_up(
    session: Session, *, after: tuple[datetime, int] | None = None, now: datetime, limit: int
) -> Sequence[Order]:
    """Orders that wait and lapse soon, the most urgent first, beginning after the place (`pick_up_by`, id)."""
    soon = select(Order).where(Order.status.in_(WAITING), Order.pick_up_by > now)
    soon = soon.where(Order.pick_up_by <= reminded_until(now)).order_by(Order.pick_up_by, Order.id).limit(limit)
    if after is not None:
        until, order_id = after
        soon = soon.where((Order.pick_up_by > until) | ((Order.pick_up_by == until) & (Order.id > order_id)))
    return session.scalars(soon).all()


def ship_by(order: Order) -> datetime:
    """Until when an order is to be sent: the end of the last of SHIP_WITHIN_DAYS more days."""
    return day_end(shop_day(order.placed_at) + timedelta(days=SHIP_WITHIN_DAYS))


def not_shipped(
    session: Session, *, after: tuple[datetime, int] | None = None, now: datetime, limit: int
) -> Sequence[Order]:
    """Orders that should have been sent by now, the oldest first, beginning after the place (`placed_at`, id)."""
    before = day_start(shop_day(now) - timedelta(days=SHIP_WITHIN_DAYS))
    late = select(Order).where(Order.status.in_(WAITING), Order.placed_at < before, Order.way == "shipping")
    late = late.where(Order.pick_up_by.is_(None))  # what is sent has none, and by that the index finds it
    if after is not None:
        at, order_id = after
        late = late.where((Order.placed_at > at) | ((Order.placed_at == at) & (Order.id > order_id)))
    return session.scalars(late.order_by(Order.placed_at, Order.id).limit(limit)).all()


def due_to_remind(session: Session, *, now: datetime, limit: int) -> Sequence[int]:
    """Ids of orders that lapse soon and whose members have not been told so."""
    soon = select(Order.id).where(Order.status.in_(WAITING), Order.reminded_at.is_(None), Order.pick_up_by > now)
    return session.scalars(soon.where(Order.pick_up_by <= reminded_until(now)).order_by(Order.id).limit(limit)).all()


def remind_due(session: Session, order_id: int, *, now: datetime) -> None:
    """Tell a member once that an order lapses soon; does nothing for any other. Raises OrderUnknown."""
    _, order = locked(session, Order.id == order_id, now=now)
    place = order.pick_up
    if place is None or order.status not in WAITING or order.reminded_at is not None:
        return
    if not now < place.until <= reminded_until(now):
        return
    order.reminded_at = now
    announce(
        session,
        ExchangeLapsesSoon(
            order.member_id,
            order.no,
            order.title,
            place.code,
            get_store(session, place.store_id).name,
            place.until,
            at=now,
        ),
    )
