"""Files without a picture: of one that was deleted, or whose transaction never came to its commit."""

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from backend.kit.ids import new_id
from backend.media.errors import FolderNotOurs
from backend.media.models import Picture
from backend.media.queries import find, known
from backend.media.rules import JPEG, is_anothers
from backend.media.storage import Storage

SLICE: Final = 500
SWEEPER: Final = "sweep"


def strays(session: Session, storage: Storage) -> list[str]:
    """The hashes of which there are files but no picture; one that is being added may be among them.

    Raises FolderNotOurs where most of the storage is unknown: that is no litter, but a folder of another database.
    """
    kept = sorted(storage.folders())
    slices = [kept[start : start + SLICE] for start in range(0, len(kept), SLICE)]
    ours = {one for part in slices for one in known(session, part)}
    found = [one for one in kept if one not in ours]
    if is_anothers(known=len(ours), unknown=len(found)):
        raise FolderNotOurs(f"{len(found)} of {len(kept)} pictures are unknown")
    return found


def sweep(session: Session, storage: Storage, content_hash: str, *, now: datetime) -> bool:
    """Remove the files of a hash, unless it is a picture after all (then False).

    While it does, a row that nobody sees holds the key: who adds the same picture meanwhile waits, then writes anew.
    """
    if find(session, content_hash) is not None:
        return False
    guard = Picture(
        id=new_id(), hash=content_hash, extension=JPEG, width=0, height=0, size=0, added_by=SWEEPER, added_at=now
    )
    session.add(guard)
    session.flush()  # waits for who is adding it; that one there, this fails, and run again it finds the picture
    storage.remove(content_hash)
    session.delete(guard)
    return True
