"""The points mall: what members exchange their points for, and the orders they pick up at a store.

Owns the tables `mall_items`, `mall_stocks`, `mall_orders` and `mall_order_lines`. Locks are always taken in the order
account, order, stocks by (item, store). A store that has stock of its own of an item is served from it, all others from
the house's.

An order is placed, may be noted as prepared and ready, is received when it is handed over, and completed when it cannot
be brought back any more. It is cancelled by the member, lapses when nobody fetches it, is refused by the shop, or
returned: then its points and its goods have gone back.

Coupons are given at once: an order of nothing else is completed when it is placed. In a mixed one they are with the
member, and paid, from the beginning, whatever becomes of the goods; only cancelling, which undoes the whole order while
none of them was used, takes them back.
"""

from backend.mall.endings import cancel, lapse_due, refuse
from backend.mall.errors import (
    AlreadyPickedUp,
    CartRefused,
    DeliveredStays,
    ItemUnknown,
    LimitReached,
    NotOnSaleYet,
    NotPickedUp,
    OfferRefused,
    OrderCancelled,
    OrderLapsed,
    OrderRefused,
    OrderReturned,
    OrdersWaiting,
    OrderUnknown,
    ReasonRefused,
    ReturnTooLate,
    SoldOut,
    StockTooLow,
    TooManyAtOnce,
    UndoTooLate,
)
from backend.mall.facts import (
    ExchangeCancelled,
    ExchangeCompleted,
    ExchangeConfirmed,
    ExchangeLapsesSoon,
    ExchangePickedUp,
    ExchangeReady,
)
from backend.mall.fulfilment import complete_due, make_ready, pick_up, prepare, undo_pick_up
from backend.mall.models import AT_ONCE, CENTRAL, GIVEN_BACK, Item, Kind, Order, OrderLine, OrderStatus, Stock
from backend.mall.offer import Offer, add_item, change_item, put_on, take_off
from backend.mall.owners import cancel_waiting, end_overdue, move_orders
from backend.mall.queries import (
    Wish,
    all_items,
    categories,
    due_to_complete,
    due_to_lapse,
    get_item,
    get_order,
    left_for,
    list_items,
    orders,
    related,
    stocks_of,
    to_pick_up,
)
from backend.mall.returns import ask_return, decline_return, take_back
from backend.mall.rules import MOST_ITEMS, MOST_PIECES
from backend.mall.service import exchange
from backend.mall.stock import StockFault, adjust_stock, stock_faults
from backend.mall.terms import price, tier_for
from backend.mall.warnings import LowStock, due_to_remind, low_stocks, not_picked_up, remind_due

__all__ = [
    "AT_ONCE",
    "CENTRAL",
    "GIVEN_BACK",
    "MOST_ITEMS",
    "MOST_PIECES",
    "AlreadyPickedUp",
    "CartRefused",
    "DeliveredStays",
    "ExchangeCancelled",
    "ExchangeCompleted",
    "ExchangeConfirmed",
    "ExchangeLapsesSoon",
    "ExchangePickedUp",
    "ExchangeReady",
    "Item",
    "ItemUnknown",
    "Kind",
    "LimitReached",
    "LowStock",
    "NotOnSaleYet",
    "NotPickedUp",
    "Offer",
    "OfferRefused",
    "Order",
    "OrderCancelled",
    "OrderLapsed",
    "OrderLine",
    "OrderRefused",
    "OrderReturned",
    "OrderStatus",
    "OrderUnknown",
    "OrdersWaiting",
    "ReasonRefused",
    "ReturnTooLate",
    "SoldOut",
    "Stock",
    "StockFault",
    "StockTooLow",
    "TooManyAtOnce",
    "UndoTooLate",
    "Wish",
    "add_item",
    "adjust_stock",
    "all_items",
    "ask_return",
    "cancel",
    "cancel_waiting",
    "categories",
    "change_item",
    "complete_due",
    "decline_return",
    "due_to_complete",
    "due_to_lapse",
    "due_to_remind",
    "end_overdue",
    "exchange",
    "get_item",
    "get_order",
    "lapse_due",
    "left_for",
    "list_items",
    "low_stocks",
    "make_ready",
    "move_orders",
    "not_picked_up",
    "orders",
    "pick_up",
    "prepare",
    "price",
    "put_on",
    "refuse",
    "related",
    "remind_due",
    "stock_faults",
    "stocks_of",
    "take_back",
    "take_off",
    "tier_for",
    "to_pick_up",
    "undo_pick_up",
]
