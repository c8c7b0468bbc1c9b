from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from backend.kit.errors import NotFound
from backend.mall.models import Item, Order

LARGEST_LIST = 1000


class ItemUnknown(NotFound):
    """There is no such item, or it is not on offer."""

    code = "mall.item-unknown"
    message = "该商品不存在或已下架"


class OrderUnknown(NotFound):
    """There is no such order for the one who asks; whose it is makes no difference to the answer."""

    code = "mall.order-unknown"
    message = "兑换订单不存在"


@dataclass(frozen=True)
class StockFault:
    """An item whose stock is not what was stocked less what orders hold or have taken."""

    item_id: int
    stock: int
    expected: int


def list_items(session: Session, *, after: tuple[int, int] | None = None, limit: int) -> Sequence[Item]:
    """Items on offer by their place (position, id), sold-out ones too, beginning after the place `after`."""
    items = select(Item).where(Item.status == "on").order_by(Item.position, Item.id).limit(limit)
    if after is not None:
        position, item_id = after
        items = items.where(
            Item.position >= position, or_(Item.position > position, and_(Item.position == position, Item.id > item_id))
        )
    return session.scalars(items, execution_options={"populate_existing": True}).all()


def all_items(session: Session) -> Sequence[Item]:
    """Every item by its place, also what is taken off, a thousand at most."""
    return session.scalars(select(Item).order_by(Item.position, Item.id).limit(LARGEST_LIST)).all()


def get_item(session: Session, item_id: int) -> Item:
    """An item on offer, as the database has it now. Raises ItemUnknown."""
    # the stock moves by UPDATE, behind the back of what the session holds
    item = session.get(Item, item_id, populate_existing=True)
    if item is None or item.status != "on":
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


def to_pick_up(session: Session, member_id: int, *, now: datetime) -> int:
    """How many orders of a member wait to be picked up."""
    waiting = select(func.count()).where(Order.member_id == member_id, Order.status == "placed", Order.pick_up_by > now)
    return session.scalar(waiting) or 0


def due_to_lapse(session: Session, *, now: datetime, limit: int) -> Sequence[int]:
    """Ids of placed orders whose time to be picked up has passed, the longest overdue first."""
    overdue = select(Order.id).where(Order.status == "placed", Order.pick_up_by <= now)
    return session.scalars(overdue.order_by(Order.pick_up_by).limit(limit)).all()


def stock_faults(session: Session) -> list[StockFault]:
    """Every item whose stock disagrees with its orders; none while all is well."""
    kept = and_(Order.item_id == Item.id, Order.status.in_(("placed", "picked-up")))
    expected = Item.stocked - func.coalesce(func.sum(Order.quantity), 0)
    counted = select(Item.id, Item.stock, expected).outerjoin(Order, kept).group_by(Item.id, Item.stock, Item.stocked)
    rows = session.execute(counted.having(Item.stock != expected).order_by(Item.id))
    return [StockFault(item_id, stock, int(should_be)) for item_id, stock, should_be in rows]
