from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.kit.columns import Id, Json, code
from backend.kit.db import Model
from backend.kit.ids import new_id

LONGEST_REASON = 200


class TierStanding(Model):
    """Where a member stood at `judged_at`. Changed only under the lock of the member's points account.

    `terms` holds the ends of the validities that run and of those in their grace, by tier. `due_at` is when something
    next changes by itself (None: never), `warn_at` when it is next asked whether the tier is about to be lost.
    """

    __tablename__ = "tier_standings"
    __table_args__ = (Index(None, "due_at"), Index(None, "warn_at"))

    member_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"), primary_key=True, autoincrement=False)
    tier_code: Mapped[str] = mapped_column(code(16))
    earned_code: Mapped[str] = mapped_column(code(16))
    growth: Mapped[int] = mapped_column(Id, default=0)
    last_seq: Mapped[int] = mapped_column(default=0)
    since_at: Mapped[datetime]
    opened_at: Mapped[datetime]
    judged_at: Mapped[datetime]
    book_version: Mapped[int]
    terms: Mapped[dict[str, Any]] = mapped_column(Json)
    manual_code: Mapped[str | None] = mapped_column(code(16))
    manual_until: Mapped[datetime | None]
    valid_until: Mapped[datetime | None]
    grace_until: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    warn_at: Mapped[datetime | None]
    warned_for: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class GrowthEntry(Model):
    """One line of the journal of what counts towards a tier. Only ever added; a source makes one line of a member.

    `value` is the growth value that it stands for, `amount` by how much it moved the member's, decay being considered.
    Spending counts on the shop day `counts_on`; a refund, whose amounts are below 0, on that of its purchase `of_seq`.
    """

    __tablename__ = "growth_entries"
    __table_args__ = (
        UniqueConstraint("member_id", "source_kind", "source_id"),
        Index(None, "member_id", "kind", "counts_on"),
    )

    member_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(code(16))
    book_version: Mapped[int]
    amount: Mapped[int] = mapped_column(Id)
    growth_after: Mapped[int] = mapped_column(Id)
    value: Mapped[int] = mapped_column(Id, default=0)
    spent_fen: Mapped[int] = mapped_column(Id, default=0)
    purchases: Mapped[int] = mapped_column(default=0)
    counts_on: Mapped[date | None]
    per_yuan: Mapped[int] = mapped_column(default=0)
    of_seq: Mapped[int | None]
    friend_id: Mapped[int | None] = mapped_column(Id)
    tier_code: Mapped[str | None] = mapped_column(code(16))
    from_at: Mapped[datetime | None]
    until_at: Mapped[datetime | None]
    given_by: Mapped[str | None] = mapped_column(code(32))
    reason: Mapped[str | None] = mapped_column(String(LONGEST_REASON))
    source_kind: Mapped[str] = mapped_column(code(32))
    source_id: Mapped[str] = mapped_column(code(64))
    at: Mapped[datetime]


class TierChange(Model):
    """A rise or a fall with its evidence: what was met or missed, by which book, and the line that caused it."""

    __tablename__ = "tier_changes"

    member_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    growth_seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    from_code: Mapped[str] = mapped_column(code(16))
    to_code: Mapped[str] = mapped_column(code(16))
    cause: Mapped[str] = mapped_column(code(16))
    book_version: Mapped[int]
    evidence: Mapped[list[Any] | None] = mapped_column(Json)
    at: Mapped[datetime]


class TierGift(Model):
    """What a member was given on rising to a tier. Coupons are codes of kinds, told to whoever will issue them."""

    __tablename__ = "tier_gifts"
    __table_args__ = (CheckConstraint("points >= 0", name="points_not_negative"),)

    member_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    tier_code: Mapped[str] = mapped_column(code(16), primary_key=True)
    growth_seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    book_version: Mapped[int]
    points: Mapped[int] = mapped_column(Id)
    coupons: Mapped[list[str]] = mapped_column(Json)
    at: Mapped[datetime]


class TierFriend(Model):
    """Whose friend somebody is who bought: whom to tell when the friend's tier changes."""

    __tablename__ = "tier_friends"

    friend_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    inviter_id: Mapped[int] = mapped_column(Id)
    counted_at: Mapped[datetime]


class TierReview(Model):
    """A friend's tier changed: the inviter is to be looked at, in a transaction of their own."""

    __tablename__ = "tier_reviews"

    inviter_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    friend_id: Mapped[int] = mapped_column(Id)
    noted_at: Mapped[datetime]


class TierRun(Model):
    """The applying of a version of the book: what the preview `expected` of it, and the outcome of those `done`.

    `last_id` is the last member taken over, so that it goes on there whatever stopped it.
    """

    __tablename__ = "tier_runs"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    members: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    last_id: Mapped[int] = mapped_column(Id, default=0)
    expected: Mapped[dict[str, Any]] = mapped_column(Json)
    outcome: Mapped[dict[str, Any]] = mapped_column(Json)
    started_by: Mapped[str] = mapped_column(code(32))
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
