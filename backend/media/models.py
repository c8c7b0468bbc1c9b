from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.kit.columns import Id, code
from backend.kit.db import Model
from backend.kit.ids import new_id
from backend.media import rules


class Picture(Model):
    """A picture whose copies are in the storage: a row that can be seen has all of its files.

    `hash` is the SHA-256 of the uploaded file in hex. Measures are those of the upload, upright; `size` is its bytes.
    """

    __tablename__ = "media_pictures"
    __table_args__ = (
        UniqueConstraint("hash"),
        CheckConstraint("extension IN ('jpg', 'png')", name="extension_known"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    hash: Mapped[str] = mapped_column(code(64))
    extension: Mapped[str] = mapped_column(code(4))
    width: Mapped[int]
    height: Mapped[int]
    size: Mapped[int]
    added_by: Mapped[str] = mapped_column(code(32))
    added_at: Mapped[datetime]

    def path(self, width: int) -> str:
        """Where a copy is served, from the root of the site."""
        return f"/media/{rules.name(self.hash, width, self.extension)}"


class Use(Model):
    """Something shows a picture: what kind of thing, and which. As long as it does the picture cannot be deleted."""

    __tablename__ = "media_uses"
    __table_args__ = (Index(None, "picture_id"), {"sqlite_with_rowid": False})

    kind: Mapped[str] = mapped_column(code(16), primary_key=True)
    user_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    picture_id: Mapped[int] = mapped_column(Id, ForeignKey("media_pictures.id"), primary_key=True, autoincrement=False)
