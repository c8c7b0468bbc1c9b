from datetime import datetime
from random import Random
from typing import Any, Literal, cast

from sqlalchemy import ColumnElement, CursorResult, select, update
from sqlalchemy.orm import Session

from backend import points, stores
from backend.kit.errors import Conflict
from backend.kit.facts import announce
from backend.kit.ids import digits, new_id, readable_code
from backend.mall.facts import ExchangeCancelled, ExchangeConfirmed, ExchangePickedUp
from backend.mall.models import Item, Order, OrderStatus
from backend.mall.queries import OrderUnknown, get_item
from backend.mall.rules import pick_up_by

ORDER_NO_LENGTH = 12
PICKUP_CODE_DIGITS = 12  # a till's scanner and its number pad both take digits


class SoldOut(Conflict):
    """There is less left than asked for."""

    code = "mall.sold-out"
    message = "库存不足，来晚了一步"


class AlreadyPickedUp(Conflict):
    """What was handed over cannot be cancelled."""

    code = "mall.already-picked-up"
    message = "订单已提货，无法取消"


class OrderCancelled(Conflict):
    """The member has cancelled the order."""

    code = "mall.order-cancelled"
    message = "订单已取消"


class OrderLapsed(Conflict):
    """The order was not picked up in time."""

    code = "mall.order-lapsed"
    message = "订单已过提货期"


def exchange(
    session: Session, member_id: int, *, item_id: int, quantity: int, store_id: int, rng: Random, now: datetime
) -> Order:
    """Place an order for `quantity` >= 1 of an item, to be picked up at a store; its points are set aside until then.

    Raises ItemUnknown, SoldOut, points.Insufficient, points.Frozen and what `stores.get_store` raises; nothing has
    changed then.
    """
    account = points.lock(session, member_id, now=now)
    item, store = get_item(session, item_id), stores.get_store(session, store_id)
    if item.stock < quantity:
        raise SoldOut
    order = _order(item, quantity, member_id=member_id, store_id=store.id, rng=rng, now=now)
    session.add(order)
    points.reserve(session, account, order.points, source=_exchange(order), until=order.pick_up_by, now=now)
    announce(session, _confirmed(order, store.name))
    session.flush()  # all else is written before the item, which everyone who wants it waits for, is locked
    if not _move_stock(session, item.id, -quantity, Item.stock >= quantity, Item.status == "on"):
        raise SoldOut
    return order


def cancel(session: Session, member_id: int, order_no: str, *, now: datetime) -> Order:
    """Undo an order that was not picked up: points are free again in their lots, goods go back into stock.

    A cancelled order is answered as it is. Raises OrderUnknown, AlreadyPickedUp, OrderLapsed.
    """
    account = points.lock(session, member_id, now=now)
    order = _locked(session, Order.no == order_no, Order.member_id == member_id)
    if order.status == "picked-up":
        raise AlreadyPickedUp
    if order.status == "lapsed":
        raise OrderLapsed
    if order.status == "placed":
        _undo(session, account, order, "cancelled", now=now)
    return order


def lapse_due(session: Session, order_id: int, *, now: datetime) -> None:
    """Undo an order whose time to be picked up has passed; does nothing to any other. Raises OrderUnknown."""
    account = points.lock(session, _owner(session, Order.id == order_id), now=now)
    order = _locked(session, Order.id == order_id)
    if order.status == "placed" and now >= order.pick_up_by:
        _undo(session, account, order, "lapsed", now=now)


def pick_up(session: Session, *, code: str, store_id: int, now: datetime) -> Order:
    """Hand over what a pickup code stands for, at the store it was ordered to, once; a repeat is answered the same.

    Its points are spent with that. Raises OrderUnknown for an unknown code and for another store's alike,
    OrderCancelled, OrderLapsed, points.Frozen.
    """
    shown = Order.pickup_code == code, Order.store_id == store_id
    account = points.lock(session, _owner(session, *shown), now=now)
    order = _locked(session, *shown)
    if order.status == "cancelled":
        raise OrderCancelled
    if order.status == "lapsed" or (order.status == "placed" and now >= order.pick_up_by):
        raise OrderLapsed
    if order.status == "placed":
        _pay(session, account, order, now=now)
        _close(order, "picked-up", now=now)
        announce(session, ExchangePickedUp(order.member_id, order.no, order.item_title, order.store_id, at=now))
    return order


def _order(item: Item, quantity: int, *, member_id: int, store_id: int, rng: Random, now: datetime) -> Order:
    return Order(
        id=new_id(),
        no=readable_code(rng, ORDER_NO_LENGTH),
        member_id=member_id,
        item_id=item.id,
        item_title=item.title,
        quantity=quantity,
        points=item.points * quantity,
        on_hold=True,
        store_id=store_id,
        status="placed",
        pickup_code=digits(rng, PICKUP_CODE_DIGITS),
        placed_at=now,
        pick_up_by=pick_up_by(now),
    )


def _exchange(order: Order) -> points.Source:
    return points.Source("exchange", order.id)


def _confirmed(order: Order, store_name: str) -> ExchangeConfirmed:
    return ExchangeConfirmed(
        member_id=order.member_id,
        order_no=order.no,
        item_title=order.item_title,
        points=order.points,
        pickup_code=order.pickup_code,
        store_name=store_name,
        pick_up_by=order.pick_up_by,
        at=order.placed_at,
    )


def _owner(session: Session, *which: ColumnElement[bool]) -> int:
    """Whose order it is, without a lock: the account is locked before the order. Raises OrderUnknown."""
    member_id = session.scalar(select(Order.member_id).where(*which))
    if member_id is None:
        raise OrderUnknown
    return member_id


def _locked(session: Session, *which: ColumnElement[bool]) -> Order:
    order = session.scalar(select(Order).where(*which).with_for_update().execution_options(populate_existing=True))
    if order is None:
        raise OrderUnknown
    return order


def _undo(
    session: Session, account: points.Account, order: Order, status: Literal["cancelled", "lapsed"], *, now: datetime
) -> None:
    _free_points(session, account, order, now=now)
    _close(order, status, now=now)
    announce(session, ExchangeCancelled(order.member_id, order.no, order.item_title, order.points, status, at=now))
    session.flush()  # all else is written before the item is locked
    if not _move_stock(session, order.item_id, order.quantity):
        raise LookupError(f"order {order.id} is for an item that is gone")


def _pay(session: Session, account: points.Account, order: Order, *, now: datetime) -> None:
    """Spend what was set aside for an order, unless it was paid when it was placed."""
    if order.on_hold:
        try:
            points.capture(session, account, source=_exchange(order), now=now)
        except points.HoldEnded as ended:  # a server whose clock is ahead has freed the points
            raise OrderLapsed from ended


def _free_points(session: Session, account: points.Account, order: Order, *, now: datetime) -> None:
    if order.on_hold:
        points.release(session, account, source=_exchange(order), now=now)
        return
    points.cancel(session, account, spent=_exchange(order), source=points.Source("exchange-cancel", order.id), now=now)


def _close(order: Order, status: OrderStatus, *, now: datetime) -> None:
    order.status, order.closed_at = status, now


def _move_stock(session: Session, item_id: int, by: int, *conditions: ColumnElement[bool]) -> bool:
    change = update(Item).where(Item.id == item_id, *conditions).values(stock=Item.stock + by)
    result = session.execute(change, execution_options={"synchronize_session": False})
    return cast("CursorResult[Any]", result).rowcount == 1
