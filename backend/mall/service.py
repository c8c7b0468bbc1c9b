from collections.abc import Mapping
from datetime import datetime
from random import Random

from sqlalchemy.orm import Session

from backend import points, stores
from backend.kit.facts import announce
from backend.kit.ids import digits, new_id, readable_code
from backend.mall.cart import Wanted, fill
from backend.mall.delivery import give_coupons
from backend.mall.facts import ExchangeCompleted, ExchangeConfirmed, PreOrderConfirmed
from backend.mall.models import AT_ONCE, Order, OrderLine, PickUp
from backend.mall.paying import set_aside
from backend.mall.pool import assign
from backend.mall.rules import pick_up_by, title_of
from backend.mall.stock import take

ORDER_NO_LENGTH = 12
PICKUP_CODE_DIGITS = 12  # a till's scanner and its number pad both take digits


def exchange(
    session: Session, member_id: int, wishes: Mapping[int, int], *, store_id: int, rng: Random, now: datetime
) -> Order:
    """Place one order for all of `wishes` (pieces by item id), to be picked up at a store; its points are set aside
    until then, of a pre-order its deposit. Coupons and codes are paid and given at once; an order of nothing else is
    completed with that.

    Raises CartRefused, TooManyAtOnce, ItemUnknown, PreOrderAlone, WayRefused, NotOnSaleYet, LimitReached, SoldOut,
    points.Insufficient, points.Frozen and what `stores.get_store` and `coupons.grant` raise; nothing is to be kept of
    the transaction then.
    """
    account = points.lock(session, member_id, now=now)
    store = stores.get_store(session, store_id)
    cart = fill(session, member_id, wishes, store_id=store.id, now=now)
    order = drawn_up(cart, member_id=member_id, rng=rng, now=now)
    place = PickUp(store.id, digits(rng, PICKUP_CODE_DIGITS), cart[0].item.pick_up_until or pick_up_by(now))
    order.store_id, order.pickup_code, order.pick_up_by = place
    session.add(order)
    set_aside(session, account, order, now=now)
    announce(session, _news(order, place, store.name))
    session.flush()  # all else is written before the stocks, which everyone who wants them waits for, are locked
    give_coupons(session, account, order, cart, rng=rng, now=now)
    take(session, order.lines)
    assign(session, order)
    return order


def drawn_up(cart: list[Wanted], *, member_id: int, rng: Random, now: datetime) -> Order:
    """An order for a cart, to be picked up; where and until when is still to be said."""
    waits = any(wanted.item.kind not in AT_ONCE for wanted in cart)
    return Order(
        id=new_id(),
        no=readable_code(rng, ORDER_NO_LENGTH),
        member_id=member_id,
        title=title_of([wanted.item.title for wanted in cart], sum(wanted.quantity for wanted in cart)),
        points=sum(wanted.points for wanted in cart),
        money_fen=sum(wanted.money_fen for wanted in cart),
        deposit_points=cart[0].deposit_points,
        on_hold=waits,
        undone=0,
        way="pick-up",
        status="placed" if waits else "completed",
        placed_at=now,
        pick_up_from=cart[0].item.pick_up_from,
        received_at=None if waits else now,
        closed_at=None if waits else now,
        written_off=False,
        lines=[_line(number, wanted, now) for number, wanted in enumerate(cart, start=1)],
    )


def _line(number: int, wanted: Wanted, now: datetime) -> OrderLine:
    return OrderLine(
        no=number,
        item_id=wanted.item.id,
        item_title=wanted.item.title,
        kind=wanted.item.kind,
        quantity=wanted.quantity,
        points=wanted.points,
        money_fen=wanted.money_fen,
        stock_store_id=wanted.stock.store_id,
        delivered_at=now if wanted.item.kind in AT_ONCE else None,
        coupon_ids=[],
    )


def _news(order: Order, place: PickUp, store_name: str) -> ExchangeConfirmed | PreOrderConfirmed | ExchangeCompleted:
    if order.status == "completed":
        return ExchangeCompleted(order.member_id, order.no, order.title, at=order.placed_at)
    if order.pick_up_from is not None:
        window, at = (order.pick_up_from, place.until), order.placed_at
        return PreOrderConfirmed(order.member_id, order.no, order.title, place.code, store_name, *window, at=at)
    return ExchangeConfirmed(
        member_id=order.member_id,
        order_no=order.no,
        title=order.title,
        points=order.points,
        pickup_code=place.code,
        store_name=store_name,
        pick_up_by=place.until,
        at=order.placed_at,
    )
