from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.kit.columns import Id, SealedText
from backend.kit.db import Model
from backend.kit.ids import new_id


class Address(Model):
    """One address of a member's book, sealed as a whole for `member_addresses.content:ID`.

    `default_of` is the member whose default it is, null for any other. Who has addresses has one default.
    """

    __tablename__ = "member_addresses"
    __table_args__ = (
        UniqueConstraint("default_of"),
        Index(None, "member_id", "id"),
        CheckConstraint("default_of IS NULL OR default_of = member_id", name="default_of_its_member"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    member_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"))
    default_of: Mapped[int | None] = mapped_column(Id)
    content_sealed: Mapped[bytes] = mapped_column(SealedText)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
