from sqlalchemy.orm import Session

from backend import media
from backend.media import Picture, Storage
from tests.support.clocks import MORNING
from tests.support.pictures import picture_file


def make_picture(session: Session, storage: Storage, *, colour: str = "red") -> Picture:
    """A picture of one colour; of the same colour it is the same picture."""
    picture, _ = media.add(session, storage, media.prepared(picture_file(colour=colour)), by="anna", now=MORNING)
    session.flush()  # whoever uses it looks it up
    return picture
