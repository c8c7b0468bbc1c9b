from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.kit.columns import Digest, Id, SealedText
from backend.kit.db import Model
from backend.kit.ids import new_id


class VirtualCode(Model):
    """A code that a virtual item gives, sealed for `mall_virtual_codes.code:ID`; it belongs to an order line or waits.

    `digest` is its blind index: an item has a code once.
    """

    __tablename__ = "mall_virtual_codes"
    __table_args__ = (
        UniqueConstraint("item_id", "digest"),
        Index(None, "item_id", "order_id", "id"),
        ForeignKeyConstraint(["order_id", "line_no"], ["mall_order_lines.order_id", "mall_order_lines.no"]),
        CheckConstraint("(order_id IS NULL) = (line_no IS NULL)", name="of_a_line"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    item_id: Mapped[int] = mapped_column(Id, ForeignKey("mall_items.id"))
    code_sealed: Mapped[bytes] = mapped_column(SealedText)
    digest: Mapped[bytes] = mapped_column(Digest)
    order_id: Mapped[int | None] = mapped_column(Id)
    line_no: Mapped[int | None]
    imported_at: Mapped[datetime]
