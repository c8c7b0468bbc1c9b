from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, undefer

from backend.mall.errors import ItemUnknown, OrderUnknown
from backend.mall.models import CENTRAL, WAITING, Item, Order, Stock
from backend.mall.rules import received_until, shipped_until

LARGEST_LIST = 1000
FRESH = {"populate_existing": True}  # stocks move by UPDATE, behind the back of what the session holds


@dataclass(frozen=True)
class Wish:
    """Which items to show: of a category, for at most so many points; all without either."""

    category: str | None = None
    most_points: int | None = None


ANYTHING = Wish()


def list_items(
    session: Session, *, wish: Wish = ANYTHING, after: tuple[int, int] | None = None, now: datetime, limit: int
) -> Sequence[Item]:
    """Items on offer by their place (position, id), sold-out ones too, beginning after the place `after`."""
    items = _items().where(*_shown(now)).order_by(Item.position, Item.id).limit(limit)
    if wish.category is not None:
        items = items.where(Item.category == wish.category)
    if wish.most_points is not None:
        items = items.where(Item.points <= wish.most_points)
    if after is not None:
        position, item_id = after
        items = items.where(
            Item.position >= position, or_(Item.position > position, and_(Item.position == position, Item.id > item_id))
        )
    return session.scalars(items, execution_options=FRESH).all()


def all_items(session: Session) -> Sequence[Item]:
    """Every item by its place, also what is taken off, a thousand at most."""
    items = _items().order_by(Item.position, Item.id).limit(LARGEST_LIST)
    return session.scalars(items, execution_options=FRESH).all()


def categories(session: Session, *, now: datetime) -> Sequence[str]:
    """The categories of what is on offer, by the place of their first item, a thousand at most."""
    named = select(Item.category).where(*_shown(now), Item.category != "").group_by(Item.category)
    return session.scalars(named.order_by(func.min(Item.position), Item.category).limit(LARGEST_LIST)).all()


def related(session: Session, item: Item, *, now: datetime, limit: int) -> Sequence[Item]:
    """Other items of the same category, by their place."""
    if not item.category:
        return []
    others = _items().where(*_shown(now), Item.category == item.category, Item.id != item.id)
    return session.scalars(others.order_by(Item.position, Item.id).limit(limit), execution_options=FRESH).all()


def get_item(session: Session, item_id: int, *, now: datetime) -> Item:
    """An item on offer, as the database has it now. Raises ItemUnknown."""
    item = session.scalar(_items().where(Item.id == item_id), execution_options=FRESH)
    if item is None or not item.is_shown(now):
        raise ItemUnknown
    return item


def get_order(session: Session, member_id: int, order_no: str) -> Order:
    """An order of this member. Raises OrderUnknown."""
    order = session.scalar(select(Order).where(Order.no == order_no, Order.member_id == member_id))
    if order is None:
        raise OrderUnknown
    return order


def orders(session: Session, member_id: int, *, before_id: int | None = None, limit: int) -> Sequence[Order]:
    """A member's orders, newest first, beginning below `before_id`."""
    own = select(Order).where(Order.member_id == member_id).order_by(Order.id.desc()).limit(limit)
    return session.scalars(own if before_id is None else own.where(Order.id < before_id)).all()


def under_way(session: Session, member_id: int, *, now: datetime, limit: int) -> Sequence[Order]:
    """A member's orders that are not with them yet, newest first: to be picked up still, to be sent or on their way."""
    to_come = or_(Order.pick_up_by.is_(None), Order.pick_up_by > now)
    mine = Order.member_id == member_id, Order.status.in_((*WAITING, "shipped")), to_come
    return session.scalars(select(Order).where(*mine).order_by(Order.id.desc()).limit(limit)).all()


def to_pick_up(session: Session, member_id: int, *, now: datetime) -> int:
    """How many orders of a member wait to be picked up."""
    mine = Order.member_id == member_id, Order.status.in_(WAITING), Order.pick_up_by > now
    return session.scalar(select(func.count()).where(*mine)) or 0


def due_to_lapse(session: Session, *, now: datetime, limit: int) -> Sequence[int]:
    """Ids of waiting orders whose time to be picked up has passed, the longest overdue first."""
    overdue = select(Order.id).where(Order.status.in_(WAITING), Order.pick_up_by <= now)
    return session.scalars(overdue.order_by(Order.pick_up_by).limit(limit)).all()


def due_to_complete(session: Session, *, now: datetime, limit: int) -> Sequence[int]:
    """Ids of orders whose goods cannot be brought back any more, the oldest first."""
    over = select(Order.id).where(Order.status == "received", Order.received_at < received_until(now))
    return session.scalars(over.where(Order.return_asked_at.is_(None)).order_by(Order.received_at).limit(limit)).all()


def due_to_receive(session: Session, *, now: datetime, limit: int) -> Sequence[int]:
    """Ids of orders that were shipped so long ago that they count as received, the oldest first."""
    over = select(Order.id).where(Order.status == "shipped", Order.shipped_at < shipped_until(now))
    return session.scalars(over.order_by(Order.shipped_at).limit(limit)).all()


def stocks_of(session: Session, item_id: int) -> dict[int, Stock]:
    """The stocks of an item by the id of their store, CENTRAL for the house's."""
    found = session.scalars(select(Stock).where(Stock.item_id == item_id), execution_options=FRESH)
    return {stock.store_id: stock for stock in found}


def left_for(stocks: dict[int, Stock], store_id: int) -> int:
    """How many pieces can be picked up at a store: of its own stock if it has one, else of the house's."""
    near = stocks.get(store_id) or stocks.get(CENTRAL)
    return near.stock if near else 0


def _shown(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return Item.status == "on", or_(Item.off_at.is_(None), Item.off_at > now)


def _items() -> Select[Item]:
    return select(Item).options(undefer(Item.stock))
