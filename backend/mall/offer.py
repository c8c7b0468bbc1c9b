from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from backend.mall import rules
from backend.mall.errors import ItemUnknown, OfferRefused
from backend.mall.models import CENTRAL, Item, ItemStatus, Stock


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
    """Put a new item on offer with `stock` pieces of it in the house's stock. Raises OfferRefused."""
    if refused := rules.refusal(**asdict(offer), stock=stock):
        raise OfferRefused(reason=refused)
    item = Item(**asdict(offer), status="on", created_at=now)
    session.add(item)
    session.flush()  # the caller is given the id, and the stock refers to it
    session.add(Stock(item_id=item.id, store_id=CENTRAL, stock=stock, stocked=stock))
    session.flush()  # whoever asks for what is left asks the database
    return item


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
