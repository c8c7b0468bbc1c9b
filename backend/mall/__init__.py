"""The points mall: what members exchange their points for, and the orders they pick up at a store or have sent.

Owns the tables `mall_items`, `mall_stocks`, `mall_orders`, `mall_order_lines`, `mall_payments` and
`mall_virtual_codes`. Locks are always taken in the order account, order, coupons and their templates, stocks by
(item, store). A store that has stock of its own of an item is served from it, all others from the house's.

An order is placed, may be noted as prepared and ready, is received when it is handed over, and completed when it cannot
be brought back any more. It is cancelled by the member, lapses when nobody fetches it, is refused by the shop, or
returned: then its points and its goods have gone back.

Coupons and codes are given at once: an order of nothing else is completed when it is placed. In a mixed one they are
with the member, and paid, from the beginning, whatever becomes of the goods; only cancelling, which undoes the whole
order while none of them was used, takes them back. An order with a code is never cancelled: the member has seen it.

What is sent to an address comes out of the house's stock and has no time to be fetched. It is shipped, when its points
are spent, and received when its member says so, or by itself after some days.

What costs money besides is paid at the counter that hands it over, and handed back when the goods come back. What is
ordered ahead is picked up within a window of its own; its deposit, or all it costs, is set aside until then, and free
again when it ends without being picked up.
"""

from backend.mall.endings import cancel, lapse_due, refuse
from backend.mall.errors import (
    AlreadyPickedUp,
    AlreadyShipped,
    CartRefused,
    CodesGiven,
    CodesRefused,
    DeliveredStays,
    DestinationRefused,
    ItemUnknown,
    LimitReached,
    MoneyDue,
    NotOnSaleYet,
    NotPickedUp,
    NotShipped,
    OfferRefused,
    OrderCancelled,
    OrderLapsed,
    OrderRefused,
    OrderReturned,
    OrdersWaiting,
    OrderUnknown,
    ParcelRefused,
    PickedUpInstead,
    PickUpTooEarly,
    PreOrderAlone,
    ReasonRefused,
    ReturnTooLate,
    ShippedInstead,
    SoldOut,
    StockTooLow,
    TooManyAtOnce,
    UndoTooLate,
    WayRefused,
)
from backend.mall.facts import (
    ExchangeCancelled,
    ExchangeCompleted,
    ExchangeConfirmed,
    ExchangeLapsesSoon,
    ExchangePickedUp,
    ExchangeReady,
    ExchangeShipped,
    ExchangeToBeSent,
    PreOrderConfirmed,
    ReturnDeclined,
)
from backend.mall.fulfilment import at_counter, complete_due, make_ready, pick_up, prepare, undo_pick_up
from backend.mall.models import AT_ONCE, CENTRAL, GIVEN_BACK, Item, Kind, Order, OrderLine, OrderStatus, Stock, Way
from backend.mall.offer import Offer, add_item, change_item, put_on, take_off
from backend.mall.owners import cancel_waiting, end_overdue, erase_addresses, move_orders
from backend.mall.payments import PaymentFault, Takings, due_fen, payment_faults, takings
from backend.mall.pool import Imported, codes_of, import_codes, slices
from backend.mall.queries import (
    Wish,
    all_items,
    categories,
    due_to_complete,
    due_to_lapse,
    due_to_receive,
    get_item,
    get_order,
    left_for,
    list_items,
    orders,
    related,
    stocks_of,
    to_pick_up,
    under_way,
)
from backend.mall.returns import ask_return, decline_return, take_back
from backend.mall.rules import MOST_ITEMS, MOST_PIECES, Ways
from backend.mall.service import exchange
from backend.mall.shipping import delivery_of, exchange_to_ship, label_of, receive, receive_due, ship
from backend.mall.stock import StockFault, adjust_stock, stock_faults
from backend.mall.terms import price, tier_for
from backend.mall.warnings import (
    LowStock,
    due_to_remind,
    low_stocks,
    not_picked_up,
    not_shipped,
    remind_due,
    ship_by,
)

__all__ = [
    "AT_ONCE",
    "CENTRAL",
    "GIVEN_BACK",
    "MOST_ITEMS",
    "MOST_PIECES",
    "AlreadyPickedUp",
    "AlreadyShipped",
    "CartRefused",
    "CodesGiven",
    "CodesRefused",
    "DeliveredStays",
    "DestinationRefused",
    "ExchangeCancelled",
    "ExchangeCompleted",
    "ExchangeConfirmed",
    "ExchangeLapsesSoon",
    "ExchangePickedUp",
    "ExchangeReady",
    "ExchangeShipped",
    "ExchangeToBeSent",
    "Imported",
    "Item",
    "ItemUnknown",
    "Kind",
    "LimitReached",
    "LowStock",
    "MoneyDue",
    "NotOnSaleYet",
    "NotPickedUp",
    "NotShipped",
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
    "ParcelRefused",
    "PaymentFault",
    "PickUpTooEarly",
    "PickedUpInstead",
    "PreOrderAlone",
    "PreOrderConfirmed",
    "ReasonRefused",
    "ReturnDeclined",
    "ReturnTooLate",
    "ShippedInstead",
    "SoldOut",
    "Stock",
    "StockFault",
    "StockTooLow",
    "Takings",
    "TooManyAtOnce",
    "UndoTooLate",
    "Way",
    "WayRefused",
    "Ways",
    "Wish",
    "add_item",
    "adjust_stock",
    "all_items",
    "ask_return",
    "at_counter",
    "cancel",
    "cancel_waiting",
    "categories",
    "change_item",
    "codes_of",
    "complete_due",
    "decline_return",
    "delivery_of",
    "due_fen",
    "due_to_complete",
    "due_to_lapse",
    "due_to_receive",
    "due_to_remind",
    "end_overdue",
    "erase_addresses",
    "exchange",
    "exchange_to_ship",
    "get_item",
    "get_order",
    "import_codes",
    "label_of",
    "lapse_due",
    "left_for",
    "list_items",
    "low_stocks",
    "make_ready",
    "move_orders",
    "not_picked_up",
    "not_shipped",
    "orders",
    "payment_faults",
    "pick_up",
    "prepare",
    "price",
    "put_on",
    "receive",
    "receive_due",
    "refuse",
    "related",
    "remind_due",
    "ship",
    "ship_by",
    "slices",
    "stock_faults",
    "stocks_of",
    "take_back",
    "take_off",
    "takings",
    "tier_for",
    "to_pick_up",
    "under_way",
    "undo_pick_up",
]
