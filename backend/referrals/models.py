from datetime import datetime
from typing import Any, Final, Literal, get_args

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.kit.columns import Code, Id, Json, code
from backend.kit.db import Model
from backend.kit.ids import new_id

State = Literal["joined", "bought", "review", "rewarded", "refused", "lapsed", "ended", "returning", "returned"]
Via = Literal["code", "scene", "share", "late"]
Part = Literal["inviter", "newcomer", "stage"]

STATES: Final[tuple[State, ...]] = get_args(State)
OPEN: Final[tuple[State, ...]] = ("joined", "bought", "review")
EVER: Final = "ever"
LONGEST_REASON: Final = 200


class InviteCode(Model):
    """A code by which a member invites; after two became one, both codes are the one's."""

    __tablename__ = "referral_codes"
    __table_args__ = (Index(None, "member_id", "made_at"), {"sqlite_with_rowid": False})

    code: Mapped[str] = mapped_column(code(16), primary_key=True)
    member_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"))
    made_at: Mapped[datetime]


class Invitation(Model):
    """Who brought whom: one row a newcomer, for ever, judged by the version of the rules it was bound by.

    Changed under the newcomer's account. `joined`: to buy before `buy_until`; `bought`: the purchase waits for its
    return window until `due_at`; `review`: people look at it; `returning`: what was given is to be taken back, from
    `due_at` on. All others are ends.
    """

    __tablename__ = "referral_invitations"
    __table_args__ = (
        UniqueConstraint("id"),
        Index(None, "inviter_id", "id"),
        Index(None, "due_at", "newcomer_id"),
        Index(None, "state", "id"),
        CheckConstraint("inviter_id <> newcomer_id", name="nobody_invites_themselves"),
        CheckConstraint(f"state IN ({', '.join(map(repr, STATES))})", name="state_known"),
        CheckConstraint("(state IN ('bought', 'returning')) = (due_at IS NOT NULL)", name="due_while_it_waits"),
    )

    newcomer_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"), primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(Id, default=new_id)
    inviter_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"))
    via: Mapped[Via] = mapped_column(code(8))
    state: Mapped[State] = mapped_column(code(12))
    book_version: Mapped[int]
    joined_at: Mapped[datetime]
    bound_at: Mapped[datetime]
    buy_until: Mapped[datetime]
    purchase_id: Mapped[int | None] = mapped_column(Id)
    store_id: Mapped[int | None] = mapped_column(Id)
    order_no: Mapped[str | None] = mapped_column(Code)
    paid_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    score: Mapped[int | None]
    flagged: Mapped[bool] = mapped_column(default=False)
    reasons: Mapped[list[dict[str, Any]] | None] = mapped_column(Json)
    decided_by: Mapped[str | None] = mapped_column(code(32))
    decision: Mapped[str | None] = mapped_column(String(LONGEST_REASON))
    decided_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class Reward(Model):
    """What one side was given for an invitation, or an inviter for a stage: what the rules promised, and what a cap or
    the budget (`limited_by`) left of it; `taken` points were taken back.
    """

    __tablename__ = "referral_rewards"
    __table_args__ = (
        UniqueConstraint("member_id", "stage"),
        CheckConstraint("part IN ('inviter', 'newcomer', 'stage')", name="part_known"),
        CheckConstraint("(part = 'stage') = (stage IS NOT NULL)", name="stages_are_counted"),
        CheckConstraint("points >= 0 AND points <= wanted AND taken >= 0 AND taken <= points", name="within_wanted"),
    )

    invitation_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    part: Mapped[Part] = mapped_column(code(8), primary_key=True)
    friends: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    stage: Mapped[int | None]
    member_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"))
    wanted: Mapped[int] = mapped_column(Id)
    points: Mapped[int] = mapped_column(Id)
    growth: Mapped[int] = mapped_column(Id)
    coupon: Mapped[str | None] = mapped_column(code(32))
    limited_by: Mapped[str | None] = mapped_column(code(8))
    taken: Mapped[int] = mapped_column(Id, default=0)
    given_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]


class Period(Model):
    """How many friends of a member were rewarded in a calendar month ("2026-03"), or "ever", and when the last was."""

    __tablename__ = "referral_periods"
    __table_args__ = (
        Index(None, "period", "friends", "reached_at", "member_id"),
        CheckConstraint("friends >= 0", name="friends_not_negative"),
        {"sqlite_with_rowid": False},
    )

    period: Mapped[str] = mapped_column(code(7), primary_key=True)
    member_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"), primary_key=True, autoincrement=False)
    friends: Mapped[int]
    reached_at: Mapped[datetime]


class Budget(Model):
    """How many points all invitations together were given in a calendar month."""

    __tablename__ = "referral_budgets"
    __table_args__ = (CheckConstraint("granted >= 0", name="granted_not_negative"),)

    period: Mapped[str] = mapped_column(code(7), primary_key=True)
    granted: Mapped[int] = mapped_column(Id)


class StaffNewcomer(Model):
    """Whom an employee brought, until when what they buy is put down to the employee."""

    __tablename__ = "referral_staff_newcomers"
    __table_args__ = (Index(None, "staff_id"),)

    newcomer_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"), primary_key=True, autoincrement=False)
    staff_id: Mapped[int] = mapped_column(Id, ForeignKey("staff.id"))
    joined_at: Mapped[datetime]
    until_at: Mapped[datetime]


class StaffMonth(Model):
    """What came of an employee's code in a calendar month: who joined, and what they bought, less what came back."""

    __tablename__ = "referral_staff_months"
    __table_args__ = (Index(None, "staff_id"), {"sqlite_with_rowid": False})

    month: Mapped[str] = mapped_column(code(7), primary_key=True)
    staff_id: Mapped[int] = mapped_column(Id, ForeignKey("staff.id"), primary_key=True, autoincrement=False)
    newcomers: Mapped[int]
    purchases: Mapped[int]
    amount_fen: Mapped[int] = mapped_column(Id)
