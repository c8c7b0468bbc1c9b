"""What a member asks for, as the database has it at that moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from backend.mall import terms
from backend.mall.errors import CartRefused, ItemUnknown, PreOrderAlone, SoldOut, TooManyAtOnce
from backend.mall.models import AT_ONCE, CENTRAL, Item, Stock
from backend.mall.rules import MOST_AT_ONCE, MOST_ITEMS, MOST_PIECES


@dataclass(frozen=True)
class Wanted:
    """So many of an item, to be taken from a stock that had as many a moment ago."""

    item: Item
    quantity: int
    stock: Stock
    points: int  # what they cost together

    @property
    def money_fen(self) -> int:
        """What is paid for them besides, together."""
        return self.item.money_fen * self.quantity

    @property
    def deposit_points(self) -> int | None:
        """What is set aside for them together instead of what they cost."""
        return None if self.item.deposit_points is None else self.item.deposit_points * self.quantity


def fill(session: Session, member_id: int, wishes: Mapping[int, int], *, store_id: int, now: datetime) -> list[Wanted]:
    """Items on offer, and the stocks to take them from: the store's own of an item if it has one, else the house's.

    For CENTRAL instead of a store they are shipped, out of the house's stock only.

    `wishes` is pieces by item id, the cart in its order; the member's account is locked. Raises CartRefused,
    ItemUnknown, PreOrderAlone, WayRefused, NotOnSaleYet, LimitReached, SoldOut, TooManyAtOnce.
    """
    if not 1 <= len(wishes) <= MOST_ITEMS or not all(1 <= pieces <= MOST_PIECES for pieces in wishes.values()):
        raise CartRefused(most=MOST_ITEMS, pieces=MOST_PIECES)
    found = _found(session, wishes, store_id)
    tier = terms.tier_for(session, member_id, (item for item, _ in found.values()), now=now)
    cart = []
    for item_id, quantity in wishes.items():
        item, stock = found.get(item_id, (None, None))
        if item is None or not item.is_shown(now):
            raise ItemUnknown
        if item.pick_up_from is not None and len(wishes) > 1:
            raise PreOrderAlone(title=item.title)
        terms.check_way(item, "shipping" if store_id == CENTRAL else "pick-up")
        terms.check_window(item, tier, now=now)
        terms.check_limit(session, member_id, item, quantity, now=now)
        if stock is None or stock.stock < quantity:
            raise SoldOut
        cart.append(Wanted(item, quantity, stock, points=terms.price(item, tier) * quantity))
    if sum(wanted.quantity for wanted in cart if wanted.item.kind in AT_ONCE) > MOST_AT_ONCE:
        raise TooManyAtOnce(most=MOST_AT_ONCE)
    return cart


def _found(session: Session, wishes: Mapping[int, int], store_id: int) -> dict[int, tuple[Item, Stock | None]]:
    near = and_(Stock.item_id == Item.id, Stock.store_id.in_((CENTRAL, store_id)))
    # a store's own stock comes after the house's, and so replaces it
    asked = select(Item, Stock).outerjoin(Stock, near).where(Item.id.in_(wishes)).order_by(Stock.store_id)
    # stocks move by UPDATE, behind the back of what the session holds
    rows = session.execute(asked, execution_options={"populate_existing": True})
    return {item.id: (item, stock) for item, stock in rows}
