from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.sharing.errors import ShareUnknown
from backend.sharing.models import Kind, Share, ShareReward


@dataclass(frozen=True)
class Figures:
    """What the shares of one kind have brought in all."""

    kind: Kind
    shares: int
    visits: int
    newcomers: int
    joined: int
    purchases: int


def by_token(session: Session, token: str) -> Share:
    """The share of a token, read anew. Raises ShareUnknown."""
    found = session.scalar(select(Share).where(Share.token == token).execution_options(populate_existing=True))
    if found is None:
        raise ShareUnknown
    return found


def shares_page(session: Session, member_id: int, *, before_id: int | None = None, limit: int) -> Sequence[Share]:
    """A member's shares, newest first, beginning below `before_id`."""
    mine = select(Share).where(Share.member_id == member_id).order_by(Share.id.desc()).limit(limit)
    return session.scalars(mine if before_id is None else mine.where(Share.id < before_id)).all()


def points_of(session: Session, share_ids: Sequence[int]) -> dict[int, int]:
    """What shares of a page brought in points; those that brought none are left out."""
    paid = select(ShareReward.share_id, func.sum(ShareReward.points)).where(ShareReward.share_id.in_(share_ids))
    return {share_id: int(total) for share_id, total in session.execute(paid.group_by(ShareReward.share_id)) if total}


def rewards_page(
    session: Session, member_id: int, *, before_id: int | None = None, limit: int
) -> Sequence[ShareReward]:
    """A member's rewards for shares, newest first, beginning below `before_id`."""
    mine = select(ShareReward).where(ShareReward.member_id == member_id).order_by(ShareReward.id.desc()).limit(limit)
    return session.scalars(mine if before_id is None else mine.where(ShareReward.id < before_id)).all()


def figures(session: Session) -> list[Figures]:
    """What shares have brought, by kind: a report that reads all of them."""
    sums = (Share.visits, Share.newcomers, Share.joined, Share.purchases)
    asked = select(Share.kind, func.count(), *map(func.sum, sums)).group_by(Share.kind).order_by(Share.kind)
    return [Figures(kind, *map(int, counts)) for kind, *counts in session.execute(asked)]
