from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.kit.columns import Code, Digest, Id, code
from backend.kit.db import Model
from backend.kit.ids import new_id

LONGEST_NAME = 128


class Purchase(Model):
    """A sale that a till reported, what it earned, and how its member stood after it. Only `refunded_fen` moves.

    `per_yuan` and `multiplier` are the rates (per ten thousand) that it earned by: a refund is reckoned by the same.
    """

    __tablename__ = "purchases"
    __table_args__ = (
        UniqueConstraint("store_id", "order_no"),
        Index(None, "member_id", "paid_at"),
        CheckConstraint("paid_fen >= 0 AND paid_fen <= total_fen", name="paid_within_total"),
        CheckConstraint("refunded_fen >= 0 AND refunded_fen <= paid_fen", name="refunded_within_paid"),
        CheckConstraint("points_earned >= 0 AND growth_earned >= 0", name="earned_not_negative"),
        CheckConstraint("member_id IS NOT NULL OR points_earned + growth_earned = 0", name="only_members_earn"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    store_id: Mapped[int] = mapped_column(Id, ForeignKey("stores.id"))
    order_no: Mapped[str] = mapped_column(Code)
    member_id: Mapped[int | None] = mapped_column(Id, ForeignKey("members.id"))
    paid_at: Mapped[datetime]
    paid_on: Mapped[date]
    total_fen: Mapped[int] = mapped_column(Id)
    paid_fen: Mapped[int] = mapped_column(Id)
    refunded_fen: Mapped[int] = mapped_column(Id, default=0)
    fingerprint: Mapped[bytes] = mapped_column(Digest)
    per_yuan: Mapped[int]
    multiplier: Mapped[int]
    points_earned: Mapped[int] = mapped_column(Id)
    growth_earned: Mapped[int] = mapped_column(Id)
    tier_code: Mapped[str | None] = mapped_column(code(16))
    balance_after: Mapped[int | None] = mapped_column(Id)
    recorded_at: Mapped[datetime]


class PurchaseLine(Model):
    """One line of a purchase. `paid_fen` is its share of what was paid, `points` its share of what was earned."""

    __tablename__ = "purchase_lines"
    __table_args__ = (
        CheckConstraint("qty >= 1", name="qty_at_least_one"),
        CheckConstraint("amount_fen >= 0 AND points >= 0", name="amount_not_negative"),
        CheckConstraint("refunded_fen >= 0 AND refunded_fen <= paid_fen", name="refunded_within_paid"),
    )

    purchase_id: Mapped[int] = mapped_column(Id, ForeignKey("purchases.id"), primary_key=True, autoincrement=False)
    line_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sku: Mapped[str] = mapped_column(Code)
    name: Mapped[str] = mapped_column(code(LONGEST_NAME))
    category: Mapped[str | None] = mapped_column(Code)
    brand: Mapped[str | None] = mapped_column(Code)
    qty: Mapped[int]
    amount_fen: Mapped[int] = mapped_column(Id)
    paid_fen: Mapped[int] = mapped_column(Id)
    refunded_fen: Mapped[int] = mapped_column(Id, default=0)
    points: Mapped[int] = mapped_column(Id)


class Refund(Model):
    """Money given back for a purchase, what was taken back for it, and how the member stood after it. Never changed."""

    __tablename__ = "refunds"
    __table_args__ = (
        UniqueConstraint("purchase_id", "refund_no"),
        Index(None, "member_id", "refunded_at"),
        CheckConstraint("amount_fen > 0", name="amount_above_zero"),
        CheckConstraint("points_taken >= 0 AND growth_taken >= 0", name="taken_not_negative"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    purchase_id: Mapped[int] = mapped_column(Id, ForeignKey("purchases.id"))
    refund_no: Mapped[str] = mapped_column(Code)
    member_id: Mapped[int | None] = mapped_column(Id, ForeignKey("members.id"))
    amount_fen: Mapped[int] = mapped_column(Id)
    fingerprint: Mapped[bytes] = mapped_column(Digest)
    points_taken: Mapped[int] = mapped_column(Id)
    growth_taken: Mapped[int] = mapped_column(Id)
    debt: Mapped[int] = mapped_column(Id)
    tier_code: Mapped[str | None] = mapped_column(code(16))
    balance_after: Mapped[int | None] = mapped_column(Id)
    refunded_at: Mapped[datetime]


class RefundLine(Model):
    """How much of a refund fell to a line of the purchase."""

    __tablename__ = "refund_lines"
    __table_args__ = (
        ForeignKeyConstraint(["purchase_id", "line_no"], ["purchase_lines.purchase_id", "purchase_lines.line_no"]),
        CheckConstraint("amount_fen > 0", name="amount_above_zero"),
    )

    refund_id: Mapped[int] = mapped_column(Id, ForeignKey("refunds.id"), primary_key=True, autoincrement=False)
    line_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    purchase_id: Mapped[int] = mapped_column(Id)
    amount_fen: Mapped[int] = mapped_column(Id)
