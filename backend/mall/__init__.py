"""The points mall: what members exchange their points for, and the orders they pick up at a store.

Owns the tables `mall_items` and `mall_orders`. Locks are always taken in the order account, order, item.
"""

from backend.mall.facts import ExchangeCancelled, ExchangeConfirmed, ExchangePickedUp
from backend.mall.models import Item, Order, OrderStatus
from backend.mall.offer import Offer, OfferRefused, StockTooLow, add_item, adjust_stock, put_on, take_off
from backend.mall.owners import OrdersWaiting, cancel_waiting, end_overdue, move_orders
from backend.mall.queries import (
    ItemUnknown,
    OrderUnknown,
    StockFault,
    all_items,
    due_to_lapse,
    get_item,
    get_order,
    list_items,
    orders,
    stock_faults,
    to_pick_up,
)
from backend.mall.service import (
    AlreadyPickedUp,
    OrderCancelled,
    OrderLapsed,
    SoldOut,
    cancel,
    exchange,
    lapse_due,
    pick_up,
)

__all__ = [
    "AlreadyPickedUp",
    "ExchangeCancelled",
    "ExchangeConfirmed",
    "ExchangePickedUp",
    "Item",
    "ItemUnknown",
    "Offer",
    "OfferRefused",
    "Order",
    "OrderCancelled",
    "OrderLapsed",
    "OrderStatus",
    "OrderUnknown",
    "OrdersWaiting",
    "SoldOut",
    "StockFault",
    "StockTooLow",
    "add_item",
    "adjust_stock",
    "all_items",
    "cancel",
    "cancel_waiting",
    "due_to_lapse",
    "end_overdue",
    "exchange",
    "get_item",
    "get_order",
    "lapse_due",
    "list_items",
    "move_orders",
    "orders",
    "pick_up",
    "put_on",
    "stock_faults",
    "take_off",
    "to_pick_up",
]
