from datetime import date, datetime
from typing import Final, Literal, get_args

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.kit.columns import Digest, Id, code
from backend.kit.db import Model
from backend.kit.ids import new_id

Kind = Literal["store", "staff", "event", "campaign", "referral", "other"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)


class Scene(Model):
    """What one QR code stands for: a `subject` of a kind (a store's, an employee's or an event's code), with a label.

    With `days` its code is one for a time, drawn anew for so many days; else it is permanent. WeChat has given `url`,
    what to draw, and `ticket`, which opens WeChat's own drawing. A retired scene counts nothing and leads nobody.
    """

    __tablename__ = "scenes"
    __table_args__ = (
        UniqueConstraint("code"),
        Index(None, "store_id"),
        CheckConstraint(f"kind IN ({', '.join(map(repr, KINDS))})", name="kind_known"),
        CheckConstraint("kind NOT IN ('store', 'staff') OR store_id IS NOT NULL", name="store_known"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, default=new_id)
    kind: Mapped[Kind] = mapped_column(code(16))
    subject: Mapped[str] = mapped_column(code(64))
    store_id: Mapped[int | None] = mapped_column(Id, ForeignKey("stores.id"))
    label: Mapped[str] = mapped_column(String(40))
    greeting: Mapped[str | None] = mapped_column(String(200))
    days: Mapped[int | None]
    ticket: Mapped[str | None] = mapped_column(code(255))
    url: Mapped[str | None] = mapped_column(code(255))
    expires_at: Mapped[datetime | None]
    made_by: Mapped[str] = mapped_column(code(32))
    made_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    code: Mapped[str] = mapped_column(code(64))

    def leads_at(self, now: datetime) -> bool:
        """Whether who scans the code is led anywhere by it."""
        return self.retired_at is None and (self.expires_at is None or now < self.expires_at)


class SceneDay(Model):
    """What a scene brought on one shop day: scans, persons who scanned, new followers, those of them lost, members."""

    __tablename__ = "scene_days"
    __table_args__ = (Index(None, "day"), {"sqlite_with_rowid": False})

    scene_id: Mapped[int] = mapped_column(Id, ForeignKey("scenes.id"), primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(primary_key=True)
    scans: Mapped[int] = mapped_column(default=0)
    people: Mapped[int] = mapped_column(default=0)
    follows: Mapped[int] = mapped_column(default=0)
    unfollows: Mapped[int] = mapped_column(default=0)
    joins: Mapped[int] = mapped_column(default=0)


class SceneVisitor(Model):
    """Somebody who scanned a scene on a day, told apart from others by a keyed digest and not known by it."""

    __tablename__ = "scene_visitors"
    __table_args__ = (Index(None, "day"), {"sqlite_with_rowid": False})

    visitor: Mapped[bytes] = mapped_column(Digest, primary_key=True)
    day: Mapped[date]


class SceneTouch(Model):
    """The scene by which a follower came first; `followed` when they began to follow by it."""

    __tablename__ = "scene_touches"
    __table_args__ = (Index(None, "scene_id"), {"sqlite_with_rowid": False})

    identity_id: Mapped[int] = mapped_column(Id, ForeignKey("identities.id"), primary_key=True, autoincrement=False)
    scene_id: Mapped[int] = mapped_column(Id, ForeignKey("scenes.id"))
    followed: Mapped[bool]
    at: Mapped[datetime]
