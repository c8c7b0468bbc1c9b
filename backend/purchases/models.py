from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.kit.columns import Code, Digest, Id, code
from backend.kit.db import Model
from backend.kit.ids import new_id

LONGEST_NAME = 128


class Purchase(Model):
    """A sale that a till reported, what it earned, and how its member stood after it.

    Of `total_fen`, coupons took `coupon_fen` off, `paid_fen` was paid in money and `points_fen` with `points_used`
    points; the last two are what the goods were given for, and what `refunded_fen` counts. Only that moves, and the
    member when two become one. The points earned settle at `settles_at` (null: at once). `per_yuan` and `multiplier`
    are the rates (per ten thousand) of sales that are older than the books of rules: their refunds are reckoned by
    them.
    """

    __tablename__ = "purchases"
    __table_args__ = (
        UniqueConstraint("store_id", "order_no"),
        Index(None, "member_id", "paid_at"),
        CheckConstraint(
            "paid_fen >= 0 AND points_fen >= 0 AND coupon_fen >= 0 AND paid_fen + points_fen + coupon_fen <= total_fen",
            name="paid_within_total",
        ),
        CheckConstraint("refunded_fen >= 0 AND refunded_fen <= paid_fen + points_fen", name="refunded_within_paid"),
        CheckConstraint("points_used >= 0 AND (points_used = 0) = (points_fen = 0)", name="points_are_worth_something"),
        CheckConstraint("points_earned >= 0 AND growth_earned >= 0", name="earned_not_negative"),
        CheckConstraint(
            "member_id IS NOT NULL OR points_earned + growth_earned + points_used + coupon_fen = 0",
            name="only_members_earn",
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    store_id: Mapped[int] = mapped_column(Id, ForeignKey("stores.id"))
    order_no: Mapped[str] = mapped_column(Code)
    member_id: Mapped[int | None] = mapped_column(Id, ForeignKey("members.id"))
    paid_at: Mapped[datetime]
    paid_on: Mapped[date]
    total_fen: Mapped[int] = mapped_column(Id)
    paid_fen: Mapped[int] = mapped_column(Id)
    points_used: Mapped[int] = mapped_column(Id, default=0)
    points_fen: Mapped[int] = mapped_column(Id, default=0)
    coupon_fen: Mapped[int] = mapped_column(Id, default=0)
    refunded_fen: Mapped[int] = mapped_column(Id, default=0)
    fingerprint: Mapped[bytes] = mapped_column(Digest)
    per_yuan: Mapped[int | None]
    multiplier: Mapped[int | None]
    points_earned: Mapped[int] = mapped_column(Id)
    growth_earned: Mapped[int] = mapped_column(Id)
    settles_at: Mapped[datetime | None]
    tier_code: Mapped[str | None] = mapped_column(code(16))
    balance_after: Mapped[int | None] = mapped_column(Id)
    recorded_at: Mapped[datetime]

    @property
    def value_fen(self) -> int:
        """What the goods were given for, in money and points: the most that can be returned."""
        return self.paid_fen + self.points_fen


class PurchaseLine(Model):
    """One line of a purchase. `paid_fen` and `points_fen` are its shares of the money and of the points that paid for
    it, `coupon_fen` what coupons took off it, `points` its share of what was earned. `came_back` tells of a line that
    coupons paid in whole, so that nothing was left to give back for it.
    """

    __tablename__ = "purchase_lines"
    __table_args__ = (
        CheckConstraint("qty >= 1", name="qty_at_least_one"),
        CheckConstraint(
            "amount_fen >= 0 AND points >= 0 AND points_fen >= 0 AND coupon_fen >= 0", name="amount_not_negative"
        ),
        CheckConstraint("refunded_fen >= 0 AND refunded_fen <= paid_fen + points_fen", name="refunded_within_paid"),
    )

    purchase_id: Mapped[int] = mapped_column(Id, ForeignKey("purchases.id"), primary_key=True, autoincrement=False)
    line_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sku: Mapped[str] = mapped_column(Code)
    name: Mapped[str] = mapped_column(code(LONGEST_NAME))
    category: Mapped[str | None] = mapped_column(Code)
    brand: Mapped[str | None] = mapped_column(Code)
    counter: Mapped[str | None] = mapped_column(code(20))
    qty: Mapped[int]
    amount_fen: Mapped[int] = mapped_column(Id)
    paid_fen: Mapped[int] = mapped_column(Id)
    points_fen: Mapped[int] = mapped_column(Id, default=0)
    coupon_fen: Mapped[int] = mapped_column(Id, default=0)
    refunded_fen: Mapped[int] = mapped_column(Id, default=0)
    came_back: Mapped[bool] = mapped_column(default=False)
    points: Mapped[int] = mapped_column(Id)

    @property
    def value_fen(self) -> int:
        """What the line was given for, in money and points."""
        return self.paid_fen + self.points_fen

    @property
    def is_back(self) -> bool:
        """Whether all of it has come back; what was given for nothing, without a coupon, need not."""
        if self.value_fen or not self.coupon_fen:
            return self.refunded_fen == self.value_fen
        return self.came_back


class PurchaseCoupon(Model):
    """What a redeemed coupon took off a line of a purchase."""

    __tablename__ = "purchase_coupons"
    __table_args__ = (
        ForeignKeyConstraint(["purchase_id", "line_no"], ["purchase_lines.purchase_id", "purchase_lines.line_no"]),
        Index(None, "redemption_id"),
        CheckConstraint("discount_fen > 0", name="discount_above_zero"),
    )

    purchase_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    line_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    redemption_id: Mapped[int] = mapped_column(
        Id, ForeignKey("coupon_redemptions.id"), primary_key=True, autoincrement=False
    )
    discount_fen: Mapped[int] = mapped_column(Id)


class Refund(Model):
    """Goods of a purchase worth `amount_fen` (0: coupons had paid for them) came back: the money and points returned
    for them, what was taken back of what they had earned, and how the member stood after it. Only the member changes,
    when two become one.
    """

    __tablename__ = "refunds"
    __table_args__ = (
        UniqueConstraint("purchase_id", "refund_no"),
        Index(None, "member_id", "refunded_at"),
        CheckConstraint("amount_fen >= 0", name="amount_not_negative"),
        CheckConstraint("money_fen >= 0 AND money_fen <= amount_fen", name="money_within_amount"),
        CheckConstraint("points_returned >= 0", name="returned_not_negative"),
        CheckConstraint("points_taken >= 0 AND growth_taken >= 0", name="taken_not_negative"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    purchase_id: Mapped[int] = mapped_column(Id, ForeignKey("purchases.id"))
    refund_no: Mapped[str] = mapped_column(Code)
    member_id: Mapped[int | None] = mapped_column(Id, ForeignKey("members.id"))
    amount_fen: Mapped[int] = mapped_column(Id)
    money_fen: Mapped[int] = mapped_column(Id)
    points_returned: Mapped[int] = mapped_column(Id, default=0)
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
        CheckConstraint("amount_fen >= 0", name="amount_not_negative"),
    )

    refund_id: Mapped[int] = mapped_column(Id, ForeignKey("refunds.id"), primary_key=True, autoincrement=False)
    line_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    purchase_id: Mapped[int] = mapped_column(Id)
    amount_fen: Mapped[int] = mapped_column(Id)


class CashHold(Model):
    """Points that a till keeps aside for a bill that is not paid yet; the ledger knows what became of them.

    `id` names the hold in the ledger, and the purchase takes it for its own when it uses the points.
    """

    __tablename__ = "cash_holds"
    __table_args__ = (
        Index(None, "member_id"),
        CheckConstraint("points > 0", name="points_above_zero"),
    )

    store_id: Mapped[int] = mapped_column(Id, ForeignKey("stores.id"), primary_key=True, autoincrement=False)
    order_no: Mapped[str] = mapped_column(Code, primary_key=True)
    id: Mapped[int] = mapped_column(Id, default=new_id)
    member_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"))
    points: Mapped[int] = mapped_column(Id)
    until_at: Mapped[datetime]
    held_at: Mapped[datetime]
