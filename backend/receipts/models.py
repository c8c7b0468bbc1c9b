from datetime import date, datetime
from typing import Final, Literal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.kit.columns import Code, Id, code
from backend.kit.db import Model
from backend.kit.ids import new_id

Way = Literal["code", "number", "photo"]
Status = Literal["review", "waiting", "settled", "refused", "cancelled", "expired", "reversed"]
OPEN: Final = ("review", "waiting")
LONGEST_WORDS: Final = 100


class ReceiptClaim(Model):
    """A purchase that a member says was theirs. A photo waits for an operator's eyes (`review`), what is named waits
    for the till's data (`waiting`).

    `open_key` is of claims under way: nobody claims one receipt twice at once, and no picture comes in twice while it
    counts. `purchase_id` is that of a settled claim: a purchase has one.
    """

    __tablename__ = "receipt_claims"
    __table_args__ = (
        UniqueConstraint("open_key"),
        UniqueConstraint("purchase_id"),
        Index(None, "member_id", "id"),
        Index(None, "status", "id"),
        Index(None, "store_id", "order_no"),
        CheckConstraint("way IN ('code', 'number', 'photo')", name="way_known"),
        CheckConstraint(
            "status IN ('review', 'waiting', 'settled', 'refused', 'cancelled', 'expired', 'reversed')",
            name="status_known",
        ),
        CheckConstraint("(status = 'settled') = (purchase_id IS NOT NULL)", name="settled_by_a_purchase"),
        CheckConstraint("status <> 'waiting' OR order_no IS NOT NULL", name="waits_for_an_order"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    member_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"))
    way: Mapped[Way] = mapped_column(code(8))
    status: Mapped[Status] = mapped_column(code(12))
    store_id: Mapped[int | None] = mapped_column(Id, ForeignKey("stores.id"))
    order_no: Mapped[str | None] = mapped_column(Code)
    amount_fen: Mapped[int | None] = mapped_column(Id)
    bought_on: Mapped[date | None]
    open_key: Mapped[str | None] = mapped_column(code(128))
    purchase_id: Mapped[int | None] = mapped_column(Id, ForeignKey("purchases.id"))
    points: Mapped[int] = mapped_column(Id, default=0)
    why: Mapped[str | None] = mapped_column(String(LONGEST_WORDS))
    picture: Mapped[str | None] = mapped_column(code(64))
    look: Mapped[str | None] = mapped_column(code(64))
    claimed_at: Mapped[datetime]
    waits_until: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(code(32))
