from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.kit.columns import Code, Id, Json, code
from backend.kit.db import Model
from backend.kit.ids import new_id
from backend.plans.book import Plan
from backend.plans.rules import Span

OrderStatus = Literal["waiting", "cancelled", "lapsed", "paid", "refunding", "refunded"]
Method = Literal["wechat", "cash", "card", "alipay", "other"]
NUMBER_LENGTH = 18
LONGEST_REASON = 80


class PlanOrder(Model):
    """A membership that a member asked for, by a version of the book; once it is paid, for which days.

    It is good from `starts_at` until `ends_at`; a refund brings the end forward. `gift_at`, `remind_at` and
    `farewell_at` are when a job has something to do: give what comes with a month (`gifts` were given, reckoned from
    `gifts_from_on`), remind, say goodbye. `waiting_key` lets one order of a plan wait for each member at a time.
    """

    __tablename__ = "plan_orders"
    __table_args__ = (
        UniqueConstraint("store_id", "till_no"),
        Index(None, "member_id", "id"),
        Index(None, "member_id", "ends_at"),
        Index(None, "gift_at"),
        Index(None, "remind_at"),
        Index(None, "farewell_at"),
        Index(None, "status", "id"),
        CheckConstraint(
            "status IN ('waiting', 'cancelled', 'lapsed', 'paid', 'refunding', 'refunded')", name="status_known"
        ),
        CheckConstraint("method IN ('wechat', 'cash', 'card', 'alipay', 'other')", name="method_known"),
        CheckConstraint("(status IN ('paid', 'refunding', 'refunded')) = (paid_at IS NOT NULL)", name="paid_once"),
        CheckConstraint("(paid_at IS NULL) = (ends_at IS NULL)", name="ends_when_paid"),
        CheckConstraint("(status IN ('refunding', 'refunded')) = (refund_fen IS NOT NULL)", name="refund_known"),
        CheckConstraint("refund_fen IS NULL OR refund_fen <= price_fen", name="refund_within_price"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    no: Mapped[str] = mapped_column(code(NUMBER_LENGTH), unique=True)
    member_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"))
    plan_code: Mapped[str] = mapped_column(code(32))
    family: Mapped[str] = mapped_column(code(32))
    book_version: Mapped[int]
    terms: Mapped[dict[str, Any]] = mapped_column(Json)
    price_fen: Mapped[int] = mapped_column(Id)
    method: Mapped[Method] = mapped_column(code(16))
    status: Mapped[OrderStatus] = mapped_column(code(16))
    waiting_key: Mapped[str | None] = mapped_column(Code, unique=True)
    store_id: Mapped[int | None] = mapped_column(Id, ForeignKey("stores.id"))
    till_no: Mapped[str | None] = mapped_column(Code)
    placed_at: Mapped[datetime]
    pay_by: Mapped[datetime]
    paid_at: Mapped[datetime | None]
    from_on: Mapped[date | None]
    last_on: Mapped[date | None]
    anchor_on: Mapped[date | None]
    anchor_months: Mapped[int] = mapped_column(default=0)
    days: Mapped[int] = mapped_column(default=0)
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    gifts: Mapped[int] = mapped_column(default=0)
    gifts_from_on: Mapped[date | None]
    gift_at: Mapped[datetime | None]
    remind_at: Mapped[datetime | None]
    farewell_at: Mapped[datetime | None]
    refund_fen: Mapped[int | None] = mapped_column(Id)
    refund_reason: Mapped[str | None] = mapped_column(String(LONGEST_REASON))
    refund_by: Mapped[str | None] = mapped_column(code(64))
    refund_at: Mapped[datetime | None]
    refunded_at: Mapped[datetime | None]

    @property
    def plan(self) -> Plan:
        """What was bought, as it was sold."""
        return Plan.model_validate(self.terms)

    @property
    def span(self) -> Span:
        """The days that were paid for. Raises ValueError before it is paid."""
        if self.from_on is None or self.last_on is None or self.anchor_on is None:
            raise ValueError("not paid")
        return Span(self.from_on, self.last_on, self.anchor_on, self.anchor_months)

    def is_good_at(self, now: datetime) -> bool:
        """Whether it is in force at an instant, whatever jobs have run."""
        return (
            self.status == "paid"
            and self.starts_at is not None
            and self.ends_at is not None
            and self.starts_at <= now < self.ends_at
        )


class PlanUse(Model):
    """A benefit of a membership that was used, and what it is worth where the price goes back; once a source."""

    __tablename__ = "plan_uses"
    __table_args__ = (
        UniqueConstraint("source_kind", "source_id"),
        Index(None, "order_id"),
        CheckConstraint("worth_fen >= 0", name="worth_not_negative"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    order_id: Mapped[int] = mapped_column(Id, ForeignKey("plan_orders.id"))
    benefit: Mapped[str] = mapped_column(code(32))
    source_kind: Mapped[str] = mapped_column(code(32))
    source_id: Mapped[str] = mapped_column(Code)
    worth_fen: Mapped[int] = mapped_column(Id)
    used_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]
