from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from backend.kit.columns import Id, code
from backend.kit.db import Model
from backend.kit.ids import new_id

CODE_LENGTH = 12


class Family(Model):
    """A group of members. Its row is the lock of its seats and invitations; the owner holds one of the seats."""

    __tablename__ = "families"
    __table_args__ = (Index(None, "owner_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    owner_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"))
    made_at: Mapped[datetime]


class Seat(Model):
    """A member's place in a family. The key says it: one family at a time."""

    __tablename__ = "family_seats"
    __table_args__ = (Index(None, "family_id", "joined_at"),)

    member_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"), primary_key=True, autoincrement=False)
    family_id: Mapped[int] = mapped_column(Id, ForeignKey("families.id"))
    joined_at: Mapped[datetime]


class Invitation(Model):
    """A code that lets one member in, once, while now < expires_at. A used one is deleted."""

    __tablename__ = "family_invitations"
    __table_args__ = (Index(None, "family_id"),)

    code: Mapped[str] = mapped_column(code(CODE_LENGTH), primary_key=True)
    family_id: Mapped[int] = mapped_column(Id, ForeignKey("families.id"))
    expires_at: Mapped[datetime]


class Transfer(Model):
    """Points that passed from one member of a family to another on a shop day. Only ever added.

    Merged members carry theirs along, so that a giver's day is never counted twice.
    """

    __tablename__ = "family_transfers"
    __table_args__ = (
        Index(None, "giver_id", "given_on"),
        Index(None, "giver_id", "id"),
        Index(None, "taker_id", "id"),
        CheckConstraint("points > 0", name="points_above_zero"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    giver_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"))
    taker_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"))
    points: Mapped[int] = mapped_column(Id)
    given_on: Mapped[date]
    given_at: Mapped[datetime]
