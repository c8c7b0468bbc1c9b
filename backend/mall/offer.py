from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from backend.kit.errors import Conflict, Invalid
from backend.mall import rules
from backend.mall.models import Item, ItemStatus
from backend.mall.queries import ItemUnknown


class StockTooLow(Conflict):
    """More was to be taken out of stock than is left."""

    code = "mall.stock-too-low"
    message = "库存不足，无法减少"


class OfferRefused(Invalid):
    """An offer or a stock that cannot be shown or kept; says which part and what it may be."""

    code = "mall.offer-refused"
    message = "商品资料有误：{reason}"


@dataclass(frozen=True)
class Offer:
    """What members see of an item: its price in points apiece, texts and picture; shown by ascending `position`."""

    title: str
    points: int
    subtitle: str = ""
    description: str = ""
    picture_url: str = ""
    position: int = 0


def add_item(session: Session, offer: Offer, *, stock: int, now: datetime) -> Item:
    """Put a new item on offer with `stock` pieces of it. Raises OfferRefused."""
    if refused := rules.refusal(**asdict(offer), stock=stock):
        raise OfferRefused(reason=refused)
    item = Item(**asdict(offer), stock=stock, stocked=stock, status="on", created_at=now)
    session.add(item)
    session.flush()  # the caller is given the id
    return item


def adjust_stock(session: Session, item_id: int, *, by: int) -> None:
    """Add to the stock, or take out what was lost (`by` < 0). Raises ItemUnknown, StockTooLow, OfferRefused."""
    item = session.get(Item, item_id, with_for_update=True, populate_existing=True)
    if item is None:
        raise ItemUnknown
    if item.stock + by < 0:
        raise StockTooLow
    if refused := rules.refusal(stock=item.stocked + by):
        raise OfferRefused(reason=refused)
    item.stock += by
    item.stocked += by


def take_off(session: Session, item_id: int) -> None:
    """Stop offering an item; orders for it stay good. Raises ItemUnknown."""
    _set_status(session, item_id, "off")


def put_on(session: Session, item_id: int) -> None:
    """Offer an item again. Raises ItemUnknown."""
    _set_status(session, item_id, "on")


def _set_status(session: Session, item_id: int, status: ItemStatus) -> None:
    item = session.get(Item, item_id)
    if item is None:
        raise ItemUnknown
    item.status = status
