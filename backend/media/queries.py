from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.media.errors import PictureUnknown
from backend.media.models import Picture, Use


@dataclass(frozen=True)
class Shown:
    """A picture and how many things show it."""

    picture: Picture
    uses: int


def pictures(session: Session, *, before_id: int | None = None, limit: int) -> list[Shown]:
    """Pictures, newest first, from those older than `before_id`."""
    counted = select(func.count()).where(Use.picture_id == Picture.id).scalar_subquery()
    found = select(Picture, counted).order_by(Picture.id.desc()).limit(limit)
    if before_id is not None:
        found = found.where(Picture.id < before_id)
    return [Shown(picture, uses) for picture, uses in session.execute(found)]


def picture(session: Session, content_hash: str) -> Picture:
    """The picture of this hash. Raises PictureUnknown."""
    found = find(session, content_hash)
    if found is None:
        raise PictureUnknown
    return found


def find(session: Session, content_hash: str) -> Picture | None:
    """The picture of this hash, if there is one."""
    return session.scalar(select(Picture).where(Picture.hash == content_hash))


def known(session: Session, hashes: Sequence[str]) -> set[str]:
    """Those of the hashes that are pictures of ours."""
    return set(session.scalars(select(Picture.hash).where(Picture.hash.in_(hashes))))
