from datetime import datetime
from typing import Literal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.kit.columns import Code, Id, code
from backend.kit.db import Model
from backend.kit.ids import new_id

PaymentStatus = Literal["created", "prepaid", "paid", "closed"]
RefundStatus = Literal["waiting", "sent", "done", "failed"]
OPEN: tuple[PaymentStatus, ...] = ("created", "prepaid")
NUMBER_LENGTH = 32
LONGEST_DESCRIPTION = 127
LONGEST_REASON = 80


class Payment(Model):
    """What a member is asked to pay for one purpose until `expires_at`, and what became of it.

    `paid_fen` came in under `transaction_id`, of which `refunded_fen` go back, or have gone. `ask_at` is when WeChat
    Pay is asked next what became of it, None where there is nothing more to be known. What was closed and is paid
    nevertheless is `closed` with a transaction, and all of it goes back.
    """

    __tablename__ = "payments"
    __table_args__ = (
        UniqueConstraint("purpose_kind", "purpose_id"),
        Index(None, "member_id", "id"),
        Index(None, "ask_at"),
        Index(None, "paid_at"),
        CheckConstraint("status IN ('created', 'prepaid', 'paid', 'closed')", name="status_known"),
        CheckConstraint("fen >= 1 AND refunded_fen >= 0 AND refunded_fen <= paid_fen", name="within_paid"),
        CheckConstraint("(transaction_id IS NULL) = (paid_at IS NULL)", name="paid_by_transaction"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    out_trade_no: Mapped[str] = mapped_column(code(NUMBER_LENGTH), unique=True)
    purpose_kind: Mapped[str] = mapped_column(code(32))
    purpose_id: Mapped[str] = mapped_column(Code)
    member_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"))
    description: Mapped[str] = mapped_column(String(LONGEST_DESCRIPTION))
    fen: Mapped[int] = mapped_column(Id)
    paid_fen: Mapped[int] = mapped_column(Id, default=0)
    refunded_fen: Mapped[int] = mapped_column(Id, default=0)
    status: Mapped[PaymentStatus] = mapped_column(code(16), default="created")
    openid: Mapped[str | None] = mapped_column(Code)
    prepay_id: Mapped[str | None] = mapped_column(Code)
    transaction_id: Mapped[str | None] = mapped_column(code(NUMBER_LENGTH), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ask_at: Mapped[datetime | None]
    paid_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class Refund(Model):
    """Money that goes back out of a transaction, once for each `key` of a payment; `tries` counts failed attempts.

    It is `sent` when WeChat Pay has taken it, `done` when the member has it, `failed` when people have to look.
    `stray` money came for nothing, and nobody but the member misses it.
    """

    __tablename__ = "payment_refunds"
    __table_args__ = (
        UniqueConstraint("payment_id", "key"),
        Index(None, "try_at"),
        Index(None, "status", "id"),
        CheckConstraint("status IN ('waiting', 'sent', 'done', 'failed')", name="status_known"),
        CheckConstraint("fen >= 1 AND fen <= total_fen", name="within_total"),
        CheckConstraint("(status IN ('waiting', 'sent')) = (try_at IS NOT NULL)", name="tried_while_open"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    out_refund_no: Mapped[str] = mapped_column(code(NUMBER_LENGTH), unique=True)
    payment_id: Mapped[int] = mapped_column(Id, ForeignKey("payments.id"))
    key: Mapped[str] = mapped_column(Code)
    transaction_id: Mapped[str] = mapped_column(code(NUMBER_LENGTH))
    fen: Mapped[int] = mapped_column(Id)
    total_fen: Mapped[int] = mapped_column(Id)
    stray: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(String(LONGEST_REASON))
    status: Mapped[RefundStatus] = mapped_column(code(16), default="waiting")
    tries: Mapped[int] = mapped_column(default=0)
    try_at: Mapped[datetime | None]
    refund_id: Mapped[str | None] = mapped_column(code(NUMBER_LENGTH))
    failure: Mapped[str | None] = mapped_column(code(64))
    settled_by: Mapped[str | None] = mapped_column(code(32))
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
