"""Tables of what tills took offline and could not be redeemed, and of what operators decided about it."""

from datetime import datetime
from typing import Literal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.kit.columns import Code, Id
from backend.kit.columns import code as code_column
from backend.kit.db import Model
from backend.kit.ids import new_id

ConflictDecision = Literal["store-bears", "mall-bears", "recovered", "mistaken"]
ConflictStep = Literal["store-bears", "mall-bears", "recovered", "mistaken", "reopened"]


class RedemptionConflict(Model):
    """A till took a coupon while it was offline that could not be redeemed any more, and why (`reason`, a code)
    and in words. `decision` is what operators settled about it, null while it is open.
    """

    __tablename__ = "coupon_redemption_conflicts"
    __table_args__ = (
        UniqueConstraint("id"),
        Index(None, "decision", "id"),
        CheckConstraint("decision IN ('store-bears', 'mall-bears', 'recovered', 'mistaken')", name="decision_known"),
    )

    store_id: Mapped[int] = mapped_column(Id, ForeignKey("stores.id"), primary_key=True, autoincrement=False)
    ref: Mapped[str] = mapped_column(Code, primary_key=True)
    id: Mapped[int] = mapped_column(Id, default=new_id)
    coupon_id: Mapped[int] = mapped_column(Id, ForeignKey("coupons.id"))
    reason: Mapped[str] = mapped_column(code_column(64))
    words: Mapped[str] = mapped_column(String(200))
    redeemed_at: Mapped[datetime]
    reported_at: Mapped[datetime]
    decision: Mapped[ConflictDecision | None] = mapped_column(code_column(16))


class ConflictNote(Model):
    """Who closed or reopened a conflict, when and why. Only ever added."""

    __tablename__ = "coupon_conflict_notes"
    __table_args__ = (
        CheckConstraint(
            "what IN ('store-bears', 'mall-bears', 'recovered', 'mistaken', 'reopened')", name="what_known"
        ),
    )

    conflict_id: Mapped[int] = mapped_column(
        Id, ForeignKey("coupon_redemption_conflicts.id"), primary_key=True, autoincrement=False
    )
    no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    what: Mapped[ConflictStep] = mapped_column(code_column(16))
    by: Mapped[str] = mapped_column(code_column(32))
    note: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]
