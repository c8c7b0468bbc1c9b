from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.kit.columns import Code, Id, Json
from backend.kit.columns import code as code_column
from backend.kit.db import Model
from backend.kit.ids import new_id

TemplateStatus = Literal["draft", "approved", "live", "paused", "ended"]
VersionStatus = Literal["draft", "approved", "live", "replaced", "discarded"]
CouponStatus = Literal["ready", "sent", "redeemed", "expired", "revoked"]
ReturnKind = Literal["refund", "reversal"]
CODE_LENGTH = 16


class Template(Model):
    """A kind of coupon. `version` is the one that coupons are issued by, null until it is live for the first time.

    `issued` counts the coupons of all versions that were not revoked; `stock` is the most there may be (null: no end).
    `claimable` and `claim_until` are what the version says, for the list that members choose from.
    """

    __tablename__ = "coupon_templates"
    __table_args__ = (
        Index(None, "status", "claimable", "position", "id"),
        CheckConstraint("status IN ('draft', 'approved', 'live', 'paused', 'ended')", name="status_known"),
        CheckConstraint("issued >= 0 AND (stock IS NULL OR issued <= stock)", name="issued_within_stock"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    code: Mapped[str] = mapped_column(code_column(32), unique=True)
    status: Mapped[TemplateStatus] = mapped_column(code_column(16), default="draft")
    version: Mapped[int | None]
    stock: Mapped[int | None]
    issued: Mapped[int] = mapped_column(default=0)
    claimable: Mapped[bool] = mapped_column(default=False)
    claim_until: Mapped[datetime | None]
    position: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class TemplateVersion(Model):
    """What a template says in one version; only its status moves."""

    __tablename__ = "coupon_template_versions"
    __table_args__ = (
        CheckConstraint("status IN ('draft', 'approved', 'live', 'replaced', 'discarded')", name="status_known"),
    )

    template_id: Mapped[int] = mapped_column(
        Id, ForeignKey("coupon_templates.id"), primary_key=True, autoincrement=False
    )
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    definition: Mapped[dict[str, Any]] = mapped_column(Json)
    status: Mapped[VersionStatus] = mapped_column(code_column(16), default="draft")
    note: Mapped[str] = mapped_column(String(200))
    drafted_by: Mapped[str] = mapped_column(code_column(32))
    drafted_at: Mapped[datetime]
    approved_by: Mapped[str | None] = mapped_column(code_column(32))
    approved_at: Mapped[datetime | None]
    live_at: Mapped[datetime | None]


class TemplateDecision(Model):
    """Who decided what about a template, and when. Only ever added."""

    __tablename__ = "coupon_template_decisions"

    template_id: Mapped[int] = mapped_column(
        Id, ForeignKey("coupon_templates.id"), primary_key=True, autoincrement=False
    )
    no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    what: Mapped[str] = mapped_column(code_column(16))
    version: Mapped[int | None]
    by: Mapped[str] = mapped_column(code_column(32))
    note: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]


class TemplateDay(Model):
    """How many coupons of a template were issued on a shop day and not revoked; only where a day has its own stock."""

    __tablename__ = "coupon_template_days"
    __table_args__ = (CheckConstraint("issued >= 0", name="issued_not_negative"),)

    template_id: Mapped[int] = mapped_column(
        Id, ForeignKey("coupon_templates.id"), primary_key=True, autoincrement=False
    )
    day: Mapped[date] = mapped_column(primary_key=True)
    issued: Mapped[int]


class Coupon(Model):
    """A member's coupon, good while `valid_from <= now < valid_until` by the version it was issued by.

    A till may keep it for an order (`held_*`) while the customer pays. `redemptions` counts how often it was redeemed,
    reversed ones too. What had the coupon issued is its source, once. `got_on` is the day on which whose it is got it.
    While it is on its way to a friend (`sent`, until `sent_until`) nobody can use it.
    """

    __tablename__ = "coupons"
    __table_args__ = (
        UniqueConstraint("member_id", "template_id", "source_kind", "source_id"),
        Index(None, "member_id", "status", "valid_until"),
        Index(None, "status", "valid_until", "member_id"),
        Index(None, "template_id", "issued_on"),
        CheckConstraint("status IN ('ready', 'sent', 'redeemed', 'expired', 'revoked')", name="status_known"),
        CheckConstraint("valid_from < valid_until", name="valid_for_a_while"),
        CheckConstraint("(held_order_no IS NULL) = (held_until IS NULL)", name="held_for_an_order"),
        CheckConstraint("status <> 'sent' OR sent_until IS NOT NULL", name="sent_for_a_while"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    code: Mapped[str] = mapped_column(code_column(CODE_LENGTH), unique=True)
    member_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"))
    # no foreign key: its shared lock, taken by every insert, would meet the locks of who lets a template go live
    template_id: Mapped[int] = mapped_column(Id)
    version: Mapped[int]
    status: Mapped[CouponStatus] = mapped_column(code_column(16), default="ready")
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime]
    source_kind: Mapped[str] = mapped_column(code_column(32))
    source_id: Mapped[str] = mapped_column(Code)
    issued_at: Mapped[datetime]
    issued_on: Mapped[date]
    got_on: Mapped[date]
    sent_until: Mapped[datetime | None]
    held_store_id: Mapped[int | None] = mapped_column(Id)
    held_order_no: Mapped[str | None] = mapped_column(Code)
    held_until: Mapped[datetime | None]
    redemptions: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None]

    def is_held_at(self, now: datetime) -> bool:
        """Whether a till keeps it for an order."""
        return self.held_until is not None and now < self.held_until

    def status_at(self, now: datetime) -> CouponStatus:
        """What it is at an instant, also before a job wrote it down: time is over, or a gift was not accepted."""
        if self.status in {"ready", "sent"} and now >= self.valid_until:
            return "expired"
        if self.status == "sent" and (self.sent_until is None or now >= self.sent_until):
            return "ready"
        return self.status


class Redemption(Model):
    """A coupon was used at a store: for an order, or by itself. `discount_fen` is what it took off, `goods_fen` what
    the goods in its scope cost before, `settlement_fen` what its bearer owes for it; `returned_fen` and
    `returned_settlement_fen` are the shares of both that went back with goods, or with a reversal. `ref` is the till's
    own number where there is no order. A reversed one counts for nothing.
    """

    __tablename__ = "coupon_redemptions"
    __table_args__ = (
        UniqueConstraint("coupon_id", "turn"),
        UniqueConstraint("store_id", "ref"),
        Index(None, "template_id", "redeemed_on", "store_id"),
        Index(None, "member_id", "redeemed_at"),
        Index(None, "redeemed_on"),
        CheckConstraint("discount_fen >= 0 AND discount_fen <= goods_fen", name="discount_within_goods"),
        CheckConstraint("returned_fen >= 0 AND returned_fen <= discount_fen", name="returned_within_discount"),
        CheckConstraint(
            "returned_settlement_fen >= 0 AND returned_settlement_fen <= settlement_fen",
            name="returned_within_settlement",
        ),
        CheckConstraint("bearer IN ('mall', 'store', 'brand')", name="bearer_known"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    coupon_id: Mapped[int] = mapped_column(Id, ForeignKey("coupons.id"))
    turn: Mapped[int]
    member_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"))
    template_id: Mapped[int] = mapped_column(Id)
    version: Mapped[int]
    store_id: Mapped[int] = mapped_column(Id, ForeignKey("stores.id"))
    ref: Mapped[str | None] = mapped_column(Code)
    order_no: Mapped[str | None] = mapped_column(Code)
    discount_fen: Mapped[int] = mapped_column(Id, default=0)
    goods_fen: Mapped[int] = mapped_column(Id, default=0)
    settlement_fen: Mapped[int] = mapped_column(Id, default=0)
    returned_fen: Mapped[int] = mapped_column(Id, default=0)
    returned_settlement_fen: Mapped[int] = mapped_column(Id, default=0)
    bearer: Mapped[str] = mapped_column(code_column(16))
    brand: Mapped[str | None] = mapped_column(Code)
    offline: Mapped[bool] = mapped_column(default=False)
    redeemed_at: Mapped[datetime]
    redeemed_on: Mapped[date]
    recorded_at: Mapped[datetime]
    reversed_at: Mapped[datetime | None]
    reversed_why: Mapped[str | None] = mapped_column(String(200))


class Return(Model):
    """What a redemption had taken off, or had cost its bearer, went back in part or in whole, and what the coupon was
    after that. What had it go back, a refund or a reversal, is its source, once. Only ever added.
    """

    __tablename__ = "coupon_returns"
    __table_args__ = (
        Index(None, "source_kind", "source_id"),
        Index(None, "returned_on"),
        CheckConstraint("source_kind IN ('refund', 'reversal')", name="source_known"),
        CheckConstraint("discount_fen >= 0 AND settlement_fen >= 0", name="amounts_not_negative"),
        CheckConstraint("left_it IN ('ready', 'expired', 'redeemed')", name="status_known"),
    )

    redemption_id: Mapped[int] = mapped_column(
        Id, ForeignKey("coupon_redemptions.id"), primary_key=True, autoincrement=False
    )
    source_kind: Mapped[ReturnKind] = mapped_column(code_column(16), primary_key=True)
    source_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    discount_fen: Mapped[int] = mapped_column(Id)
    settlement_fen: Mapped[int] = mapped_column(Id)
    left_it: Mapped[Literal["ready", "expired", "redeemed"]] = mapped_column(code_column(16))
    returned_at: Mapped[datetime]
    returned_on: Mapped[date]
