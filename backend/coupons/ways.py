"""Tables of the ways in which members get coupons: codes to type, lists to hand out, gifts to friends and
for birthdays, and refusals.
"""

from datetime import date, datetime
from typing import Literal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.kit.columns import Code, Digest, Id
from backend.kit.columns import code as code_column
from backend.kit.db import Model
from backend.kit.ids import new_id

BatchKind = Literal["codes", "word"]
BatchStatus = Literal["making", "ready", "voided"]
GiftStatus = Literal["open", "accepted", "taken-back", "lapsed"]
HandoutStatus = Literal["planned", "running", "paused", "done", "cancelled"]
HandoutRowStatus = Literal["waiting", "done", "failed"]
LONGEST_CODE = 32
LONGEST_NOTE = 200


class CodeBatch(Model):
    """Codes that members exchange for a coupon: `total` that each work once, `made` of them so far, or one `word` that
    works `total` times, `used` of them so far, and `per_member` times for each.
    """

    __tablename__ = "coupon_code_batches"
    __table_args__ = (
        Index(None, "template_id", "id"),
        Index(None, "status", "id"),
        CheckConstraint("kind IN ('codes', 'word')", name="kind_known"),
        CheckConstraint("status IN ('making', 'ready', 'voided')", name="status_known"),
        CheckConstraint("(kind = 'word') = (word IS NOT NULL)", name="word_told"),
        CheckConstraint("made >= 0 AND made <= total AND used >= 0 AND used <= total", name="within_total"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    template_id: Mapped[int] = mapped_column(Id, ForeignKey("coupon_templates.id"))
    kind: Mapped[BatchKind] = mapped_column(code_column(16))
    word: Mapped[str | None] = mapped_column(code_column(LONGEST_CODE), unique=True)
    total: Mapped[int]
    made: Mapped[int] = mapped_column(default=0)
    used: Mapped[int] = mapped_column(default=0)
    per_member: Mapped[int] = mapped_column(default=1)
    status: Mapped[BatchStatus] = mapped_column(code_column(16))
    note: Mapped[str] = mapped_column(String(LONGEST_NOTE))
    made_by: Mapped[str] = mapped_column(code_column(32))
    made_at: Mapped[datetime]
    voided_by: Mapped[str | None] = mapped_column(code_column(32))
    voided_at: Mapped[datetime | None]


class UniqueCode(Model):
    """A code that works once; whose it became (`member_id`, `coupon_id`) once it has."""

    __tablename__ = "coupon_codes"
    __table_args__ = (
        Index(None, "batch_id", "code"),
        Index(None, "member_id"),
        CheckConstraint("(member_id IS NULL) = (coupon_id IS NULL)", name="used_at_once"),
    )

    code: Mapped[str] = mapped_column(code_column(LONGEST_CODE), primary_key=True)
    # no foreign keys: the shared locks of many thousand rows would hold up who voids the batch
    batch_id: Mapped[int] = mapped_column(Id)
    member_id: Mapped[int | None] = mapped_column(Id)
    coupon_id: Mapped[int | None] = mapped_column(Id)
    used_at: Mapped[datetime | None]


class Gift(Model):
    """A coupon on its way to a friend: whoever brings the token before `lapses_at` gets it. Only a digest is kept.

    When the giver had got it, and for what, is kept: what was given away counts for the giver's limit, and what had it
    issued does so once, whoever has it now.
    """

    __tablename__ = "coupon_gifts"
    __table_args__ = (
        Index(None, "coupon_id", "id"),
        Index(None, "giver_id", "template_id", "status"),
        Index(None, "status", "lapses_at"),
        CheckConstraint("status IN ('open', 'accepted', 'taken-back', 'lapsed')", name="status_known"),
        CheckConstraint("(status = 'accepted') = (taker_id IS NOT NULL)", name="taken_by_somebody"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    token_digest: Mapped[bytes] = mapped_column(Digest, unique=True)
    coupon_id: Mapped[int] = mapped_column(Id, ForeignKey("coupons.id"))
    template_id: Mapped[int] = mapped_column(Id)
    giver_id: Mapped[int] = mapped_column(Id)
    taker_id: Mapped[int | None] = mapped_column(Id)
    got_on: Mapped[date]
    source_kind: Mapped[str] = mapped_column(code_column(32))
    source_id: Mapped[str] = mapped_column(Code)
    status: Mapped[GiftStatus] = mapped_column(code_column(16), default="open")
    sent_at: Mapped[datetime]
    lapses_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Handout(Model):
    """Coupons of one template for a list of members, planned by one operator and approved by another."""

    __tablename__ = "coupon_handouts"
    __table_args__ = (
        UniqueConstraint("planned_by", "request_key"),
        Index(None, "status", "id"),
        CheckConstraint("status IN ('planned', 'running', 'paused', 'done', 'cancelled')", name="status_known"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    template_id: Mapped[int] = mapped_column(Id, ForeignKey("coupon_templates.id"))
    members: Mapped[int]
    skipped: Mapped[int]
    status: Mapped[HandoutStatus] = mapped_column(code_column(16))
    note: Mapped[str] = mapped_column(String(LONGEST_NOTE))
    request_key: Mapped[str] = mapped_column(Code)
    planned_by: Mapped[str] = mapped_column(code_column(32))
    planned_at: Mapped[datetime]
    approved_by: Mapped[str | None] = mapped_column(code_column(32))
    approved_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class HandoutRow(Model):
    """One member's part of a handout. No foreign key to members: see `adjustments.GrantRow`."""

    __tablename__ = "coupon_handout_rows"
    __table_args__ = (
        Index(None, "handout_id", "status", "member_id"),
        Index(None, "member_id"),
        CheckConstraint("status IN ('waiting', 'done', 'failed')", name="status_known"),
    )

    handout_id: Mapped[int] = mapped_column(Id, ForeignKey("coupon_handouts.id"), primary_key=True, autoincrement=False)
    member_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    line_no: Mapped[int]
    status: Mapped[HandoutRowStatus] = mapped_column(code_column(16), default="waiting")
    failure: Mapped[str | None] = mapped_column(code_column(64))


class Refusal(Model):
    """A coupon that a rule, a tier or a birthday promised and that could not be given, and why (`failure`, a code)."""

    __tablename__ = "coupon_refusals"
    __table_args__ = (UniqueConstraint("member_id", "template_code", "source_kind", "source_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    member_id: Mapped[int] = mapped_column(Id)
    template_code: Mapped[str] = mapped_column(code_column(32))
    source_kind: Mapped[str] = mapped_column(code_column(32))
    source_id: Mapped[str] = mapped_column(Code)
    failure: Mapped[str] = mapped_column(code_column(64))
    at: Mapped[datetime]


class UsedCode(Model):
    """A rotating code that was shown at a till. The row is what makes a code work once."""

    __tablename__ = "coupon_used_codes"
    __table_args__ = (Index(None, "used_at"),)

    code: Mapped[str] = mapped_column(code_column(LONGEST_CODE), primary_key=True)
    used_at: Mapped[datetime]


class BirthdayGift(Model):
    """When a member was given what the house gives for a birthday last. The birthday itself stands nowhere in clear."""

    __tablename__ = "coupon_birthday_gifts"

    member_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"), primary_key=True, autoincrement=False)
    given_on: Mapped[date]
