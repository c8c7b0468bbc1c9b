from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, update
from sqlalchemy.orm import Session

from backend import stores
from backend.kit.guarded import hit_one
from backend.mall import rules
from backend.mall.errors import ItemUnknown, OfferRefused, SoldOut, StockTooLow
from backend.mall.models import CENTRAL, GIVEN_BACK, Item, Order, OrderLine, Stock
from backend.mall.pool import codes_left


@dataclass(frozen=True)
class StockFault:
    """A stock that is not what was stocked less what orders hold or have taken."""

    item_id: int
    store_id: int
    stock: int
    expected: int


def take(session: Session, lines: Iterable[OrderLine]) -> None:
    """Take the pieces of lines out of their stocks, which everyone who wants them waits for: the last thing to do.

    Raises SoldOut, also for what was taken off meanwhile.
    """
    offered = exists().where(Item.id == Stock.item_id, Item.status == "on")
    for line in _in_order(lines):
        if not _move(session, line, -line.quantity, Stock.stock >= line.quantity, offered):
            raise SoldOut


def put_back(session: Session, lines: Iterable[OrderLine]) -> None:
    """Put the pieces of lines back where they were taken from: the last thing to do."""
    for line in _in_order(lines):
        if not _move(session, line, line.quantity):
            raise LookupError(f"order {line.order_id} took from a stock that is gone")


def adjust_stock(
    session: Session, item_id: int, *, by: int, store_id: int = CENTRAL, low_at: int | None = None
) -> None:
    """Add to a stock, or take out what was lost (`by` < 0); `low_at`, if given, is when it runs low from now on.

    A store whose own stock is added to is served from it alone from then on. Raises ItemUnknown, StockTooLow,
    OfferRefused, stores.StoreUnknown.
    """
    stock = session.get(Stock, (item_id, store_id), with_for_update=True, populate_existing=True)
    if stock is None:
        stock = _open(session, item_id, store_id)
    if by and session.get_one(Item, item_id).kind == "virtual":
        raise OfferRefused(reason="兑换码商品的库存来自导入的兑换码")
    if stock.stock + by < 0:
        raise StockTooLow
    if refused := rules.refusal(stock=stock.stocked + by) or rules.refusal(stock=low_at or 0):
        raise OfferRefused(reason=refused)
    stock.stock += by
    stock.stocked += by
    stock.low_at = stock.low_at if low_at is None else low_at


def stock_faults(session: Session) -> list[StockFault]:
    """Every stock that disagrees with its orders, or with the codes that are left; none while all is well."""
    kept = or_(Order.status.not_in(GIVEN_BACK), Order.written_off, OrderLine.delivered_at.is_not(None))
    taken = (
        select(OrderLine.item_id, OrderLine.stock_store_id, func.sum(OrderLine.quantity).label("pieces"))
        .join(Order, and_(Order.id == OrderLine.order_id, kept))
        .group_by(OrderLine.item_id, OrderLine.stock_store_id)
        .subquery()
    )
    expected = Stock.stocked - func.coalesce(taken.c.pieces, 0)
    here = and_(taken.c.item_id == Stock.item_id, taken.c.stock_store_id == Stock.store_id)
    counted = select(Stock.item_id, Stock.store_id, Stock.stock, expected).outerjoin(taken, here)
    rows = session.execute(counted.where(Stock.stock != expected).order_by(Stock.item_id, Stock.store_id))
    faults = [StockFault(item_id, store_id, stock, int(should_be)) for item_id, store_id, stock, should_be in rows]
    return [*faults, *_faults_of_codes(session)]


def _faults_of_codes(session: Session) -> list[StockFault]:
    left = codes_left(session)
    virtual = select(Stock).join(Item, Item.id == Stock.item_id).where(Item.kind == "virtual").order_by(Stock.item_id)
    stocks = session.scalars(virtual, execution_options={"populate_existing": True})
    counted = [(one, left.get(one.item_id, 0)) for one in stocks]
    return [StockFault(one.item_id, one.store_id, one.stock, codes) for one, codes in counted if one.stock != codes]


def _open(session: Session, item_id: int, store_id: int) -> Stock:
    if session.get(Item, item_id) is None:
        raise ItemUnknown
    if store_id != CENTRAL:
        stores.get_store(session, store_id)
    stock = Stock(item_id=item_id, store_id=store_id, stock=0, stocked=0)
    session.add(stock)
    return stock


def _in_order(lines: Iterable[OrderLine]) -> list[OrderLine]:
    return sorted(lines, key=lambda line: (line.item_id, line.stock_store_id))


def _move(session: Session, line: OrderLine, by: int, *conditions: ColumnElement[bool]) -> bool:
    here = Stock.item_id == line.item_id, Stock.store_id == line.stock_store_id
    return hit_one(session, update(Stock).where(*here, *conditions).values(stock=Stock.stock + by))
