"""Which pictures of the answers WeChat keeps, under which ids."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import media
from backend.answers.book import live
from backend.answers.models import UploadedPicture

WIDTH_OF_AN_ARTICLE: Final = 1080


def media_id_of(session: Session, appid: str, picture_hash: str) -> str | None:
    """WeChat's id of a picture for an account, None while it was not uploaded."""
    row = session.get(UploadedPicture, (appid, picture_hash))
    return row.media_id if row else None


def address_of(session: Session, picture_hash: str) -> str:
    """Where a picture of ours is served, below the shop's address. Raises media.PictureUnknown."""
    return media.picture(session, picture_hash).path(WIDTH_OF_AN_ARTICLE)


def to_upload(session: Session, appid: str, *, now: datetime) -> Sequence[media.Picture]:
    """The pictures of the answers in force that WeChat does not keep for the account."""
    hashes = set(live(session, now=now).pictures())
    here = select(UploadedPicture.hash).where(UploadedPicture.appid == appid, UploadedPicture.hash.in_(hashes))
    return [media.picture(session, one) for one in sorted(hashes - set(session.scalars(here)))]


def note_upload(session: Session, appid: str, picture_hash: str, *, media_id: str, now: datetime) -> None:
    """WeChat keeps a picture; of two uploads at once the first's id stays."""
    if session.get(UploadedPicture, (appid, picture_hash)) is None:
        session.add(UploadedPicture(appid=appid, hash=picture_hash, media_id=media_id, uploaded_at=now))
