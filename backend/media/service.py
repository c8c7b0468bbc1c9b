from collections.abc import Set as AbstractSet
from datetime import datetime

from sqlalchemy import delete as forget
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.kit.ids import new_id
from backend.media.errors import PictureInUse, PictureUnknown
from backend.media.imaging import Prepared
from backend.media.models import Picture, Use
from backend.media.queries import find
from backend.media.rules import WIDTHS, name
from backend.media.storage import Storage


def add(session: Session, storage: Storage, picture: Prepared, *, by: str, now: datetime) -> tuple[Picture, bool]:
    """Keep a picture that was `prepared`. Of the same file it is the same one (then False), whole again if it was not.

    The row is written before the files and seen by others after them, with the commit. Until then its key holds up
    whoever adds or sweeps the same one; files without a row, which a crash may leave, are the sweep's.
    """
    row = find(session, picture.content_hash)
    created = row is None
    if row is None:
        row = Picture(
            id=new_id(),
            hash=picture.content_hash,
            extension=picture.extension,
            width=picture.width,
            height=picture.height,
            size=picture.size,
            added_by=by,
            added_at=now,
        )
        session.add(row)
        session.flush()  # from here on the key is ours
    if created or not _is_whole(storage, row):
        for width, data in picture.copies.items():
            storage.write(name(row.hash, width, row.extension), data)
    return row, created


def use(session: Session, hashes: AbstractSet[str], *, kind: str, user_id: int) -> None:
    """Let exactly these pictures be shown by one thing ("mall-item", its id); what it showed before is free.

    A thing that goes calls it with no hashes. Raises PictureUnknown.
    """
    wanted = set(session.scalars(select(Picture.id).where(Picture.hash.in_(hashes))))
    if len(wanted) < len(hashes):
        raise PictureUnknown
    mine = (Use.kind == kind, Use.user_id == user_id)
    shown = set(session.scalars(select(Use.picture_id).where(*mine)))
    session.execute(forget(Use).where(*mine, Use.picture_id.in_(shown - wanted)))
    session.add_all(Use(kind=kind, user_id=user_id, picture_id=one) for one in sorted(wanted - shown))
    session.flush()  # a picture deleted meanwhile fails its foreign key; run again, it is unknown


def delete(session: Session, content_hash: str) -> None:
    """Delete a picture that nothing shows. Its files go with the next sweep, when that is certain.

    Raises PictureUnknown, PictureInUse.
    """
    row = session.scalar(select(Picture).where(Picture.hash == content_hash).with_for_update())
    if row is None:
        raise PictureUnknown
    count = session.scalar(select(func.count()).where(Use.picture_id == row.id))
    if count:
        raise PictureInUse(count=count)
    session.delete(row)


def _is_whole(storage: Storage, row: Picture) -> bool:
    return all(storage.read(name(row.hash, width, row.extension)) is not None for width in WIDTHS)
