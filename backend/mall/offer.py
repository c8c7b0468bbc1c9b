from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from backend import coupons, media
from backend.kit import richtext
from backend.mall import rules
from backend.mall.errors import ItemUnknown, OfferRefused
from backend.mall.models import AT_ONCE, CENTRAL, Item, ItemStatus, Kind, Stock

WHAT: Final = ("kind", "coupon_template")
TERMS: Final = ("tier_points", "on_from", "off_at", "limit_pieces", "limit_days", "ways")
PRE_ORDER: Final = ("deposit_points", "pick_up_from", "pick_up_until")


@dataclass(frozen=True)
class Offer:
    """What members see of an item, and on what terms they may have it; shown by ascending `position`.

    `points` are apiece, `tier_points` what it costs other tiers (by code). `description` is HTML; what is not fit for
    members is left out. Pictures of ours are named by their path under /media/. A coupon is one of `coupon_template`.
    `ways` is how it gets to members; only goods are shipped.

    `money_fen` apiece is paid besides, at the counter. A pre-order is picked up in its window only, which ends after it
    goes off; `deposit_points` apiece are set aside for it instead of its price. Both are picked up.
    """

    title: str
    points: int
    subtitle: str = ""
    description: str = ""
    picture_url: str = ""
    category: str = ""
    position: int = 0
    tier_points: Mapping[str, int] = field(default_factory=dict)
    on_from: datetime | None = None
    off_at: datetime | None = None
    limit_pieces: int | None = None
    limit_days: int | None = None
    kind: Kind = "goods"
    coupon_template: str | None = None
    ways: rules.Ways = "pick-up"
    money_fen: int = 0
    deposit_points: int | None = None
    pick_up_from: datetime | None = None
    pick_up_until: datetime | None = None


def add_item(session: Session, offer: Offer, *, stock: int, status: ItemStatus = "on", now: datetime) -> Item:
    """Put a new item on offer, or keep it as a draft, with `stock` pieces of it in the house's stock.

    Raises OfferRefused, media.PictureUnknown, richtext.TextTooLarge.
    """
    item = Item(**_checked(session, offer, stock=stock), status=status, created_at=now)
    session.add(item)
    session.flush()  # the caller is given the id, and the stock refers to it
    session.add(Stock(item_id=item.id, store_id=CENTRAL, stock=stock, stocked=stock))
    _use_pictures(session, item)
    session.flush()  # whoever asks for what is left asks the database
    return item


def change_item(session: Session, item_id: int, offer: Offer) -> Item:
    """Say an item anew, but of the same kind; orders keep what they were placed for.

    Raises ItemUnknown and what `add_item` raises.
    """
    item = session.get(Item, item_id, with_for_update=True)
    if item is None:
        raise ItemUnknown
    if item.kind != offer.kind:
        raise OfferRefused(reason="kind 不能更改")
    for name, value in _checked(session, offer).items():
        setattr(item, name, value)
    _use_pictures(session, item)
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


def _checked(session: Session, offer: Offer, *, stock: int = 0) -> dict[str, Any]:
    parts = asdict(offer) | {"description": richtext.sanitised(offer.description)}
    shown = {name: value for name, value in parts.items() if name not in (*TERMS, *PRE_ORDER, *WHAT)}
    told = {name: value for name, value in parts.items() if name in TERMS}
    ahead = {name: value for name, value in parts.items() if name in PRE_ORDER}
    least = min((offer.points, *offer.tier_points.values()))
    if (
        refused := rules.refusal(**shown, stock=stock)
        or rules.refusal_of_terms(**told)
        or rules.refusal_of_pre_order(**ahead, least_points=least, off_at=offer.off_at)
    ):
        raise OfferRefused(reason=refused)
    if offer.kind != "goods" and offer.ways != "pick-up":
        raise OfferRefused(reason="仅 goods 可选 ways")
    if (offer.money_fen or offer.pick_up_from) and (offer.kind in AT_ONCE or offer.ways != "pick-up"):
        raise OfferRefused(reason="加价与预售商品须为 goods 或 service，且 ways 为 pick-up")
    if offer.kind == "virtual" and stock:
        raise OfferRefused(reason="兑换码商品的库存来自导入的兑换码，stock 须为 0")
    _check_template(session, offer)
    return parts


def _check_template(session: Session, offer: Offer) -> None:
    if (offer.kind == "coupon") != (offer.coupon_template is not None):
        raise OfferRefused(reason="coupon_template 须且仅须为 coupon 填写")
    if offer.coupon_template is not None:
        try:
            coupons.template(session, offer.coupon_template)
        except coupons.TemplateUnknown as unknown:
            raise OfferRefused(reason=f"没有券模板 {offer.coupon_template}") from unknown


def _use_pictures(session: Session, item: Item) -> None:
    shown = richtext.own_pictures(f'{item.description}<img src="{item.picture_url}">')
    media.use(session, shown, kind="mall-item", user_id=item.id)
