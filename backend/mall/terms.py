"""On what terms a member may have an item: when, for how many points, and how many of it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from backend import tiers
from backend.mall import rules
from backend.mall.errors import LimitReached, NotOnSaleYet, WayRefused
from backend.mall.models import GIVEN_BACK, Item, Order, OrderLine, Way

WAY_WORDS: Final = {"pick-up": "到店自提", "shipping": "快递配送"}


def tier_for(session: Session, member_id: int, items: Iterable[Item], *, now: datetime) -> tiers.Tier | None:
    """The member's tier where it matters for one of the items; None saves the look."""
    if any(item.tier_points or rules.is_ahead(item.on_from, now) for item in items):
        return tiers.standing(session, member_id, now=now).tier
    return None


def price(item: Item, tier: tiers.Tier | None) -> int:
    """What a piece costs a member of that tier, in points."""
    return item.tier_points.get(tier.code, item.points) if tier else item.points


def check_window(item: Item, tier: tiers.Tier | None, *, now: datetime) -> None:
    """Refuse what cannot be had yet. Raises NotOnSaleYet."""
    early = timedelta(hours=tier.benefits.early_access_hours if tier else 0)
    if rules.is_ahead(item.on_from, now + early):
        raise NotOnSaleYet(title=item.title)


def check_way(item: Item, way: Way) -> None:
    """Refuse what does not get to members that way. Raises WayRefused."""
    if item.ways not in {way, "both"}:
        raise WayRefused(title=item.title, ways=WAY_WORDS[item.ways])


def check_limit(session: Session, member_id: int, item: Item, quantity: int, *, now: datetime) -> None:
    """Refuse more than a member may have; the account is locked. Raises LimitReached."""
    if item.limit_pieces is None:
        return
    kept = or_(Order.status.not_in(GIVEN_BACK), OrderLine.delivered_at.is_not(None))
    mine = Order.member_id == member_id, OrderLine.item_id == item.id, kept
    had = select(func.sum(OrderLine.quantity)).join(Order, Order.id == OrderLine.order_id).where(*mine)
    if item.limit_days is not None:
        had = had.where(Order.placed_at >= rules.counted_from(now, item.limit_days))
    left = max(0, item.limit_pieces - int(session.scalar(had) or 0))
    if quantity > left:
        raise LimitReached(title=item.title, left=left)
