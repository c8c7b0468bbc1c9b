from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.kit.columns import Digest, Id, code
from backend.kit.db import Model
from backend.kit.ids import new_id

# Inside the ledger there are no foreign keys: its rows are written together under the account's lock, and the audit
# finds one that stands alone, whoever put it there.

EARN, SPEND, TAKE_BACK, CANCEL, EXPIRE = "earn", "spend", "take-back", "cancel", "expire"
PAY_DEBT = "pay-debt"  # a line of 0 points: what a hold had set aside came free and paid what was owed
WAITING, SETTLED, VOID = "waiting", "settled", "void"
HELD, CAPTURED, RELEASED, LAPSED = "held", "captured", "released", "lapsed"


class Account(Model):
    """One member's points, and the lock that everything of this member waits for.

    balance = sum of the journal = points left in lots - debt. `held` of them are set aside, `pending` are not among
    them yet. There is debt only while no lot has free points. `next_due_at` is when something happens by itself: points
    settle, a hold ends, a lot expires; None while the account is frozen or closed.
    """

    __tablename__ = "point_accounts"
    __table_args__ = (
        CheckConstraint("debt >= 0", name="debt_not_negative"),
        CheckConstraint("held >= 0", name="held_not_negative"),
        CheckConstraint("pending >= 0", name="pending_not_negative"),
        Index(None, "next_due_at"),
        Index(None, "frozen_at"),
    )

    member_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"), primary_key=True, autoincrement=False)
    balance: Mapped[int] = mapped_column(Id, default=0)
    debt: Mapped[int] = mapped_column(Id, default=0)
    held: Mapped[int] = mapped_column(Id, default=0)
    pending: Mapped[int] = mapped_column(Id, default=0)
    last_seq: Mapped[int] = mapped_column(default=0)
    last_hash: Mapped[bytes] = mapped_column(Digest)
    last_at: Mapped[datetime]
    next_expiry_at: Mapped[datetime | None]
    next_settle_at: Mapped[datetime | None]
    next_release_at: Mapped[datetime | None]
    next_due_at: Mapped[datetime | None]
    opened_at: Mapped[datetime]
    frozen_at: Mapped[datetime | None]
    frozen_for: Mapped[str | None] = mapped_column(String(200))
    closed_at: Mapped[datetime | None]

    @property
    def available(self) -> int:
        """What can be spent now; true after `lock`, which has done all that was due."""
        return max(0, self.balance - self.held)


class Entry(Model):
    """One line of the journal. Only ever added; `hash` chains it to the line before."""

    __tablename__ = "point_entries"
    __table_args__ = (
        UniqueConstraint("member_id", "source_kind", "source_id"),
        Index(None, "at", "kind", "source_kind", "amount"),  # holds all that a month's sums ask for
    )

    member_id: Mapped[int] = mapped_column(Id, ForeignKey("point_accounts.member_id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(code(16))
    amount: Mapped[int] = mapped_column(Id)
    balance_after: Mapped[int] = mapped_column(Id)
    source_kind: Mapped[str] = mapped_column(code(32))
    source_id: Mapped[str] = mapped_column(code(64))
    expires_at: Mapped[datetime | None]
    at: Mapped[datetime]
    hash: Mapped[bytes] = mapped_column(Digest)


class Lot(Model):
    """The points of one earning (`lot_no` is the seq of its entry), good while now < expires_at.

    `held` of what remains is set aside: it does not expire and pays nothing else until its hold has ended.
    """

    __tablename__ = "point_lots"
    __table_args__ = (
        CheckConstraint("remaining >= 0 AND remaining <= amount", name="remaining_within_amount"),
        CheckConstraint("held >= 0 AND held <= remaining", name="held_within_remaining"),
        Index(None, "expires_at", "member_id"),
    )

    member_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    lot_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    amount: Mapped[int] = mapped_column(Id)
    remaining: Mapped[int] = mapped_column(Id)
    held: Mapped[int] = mapped_column(Id, default=0)
    expires_at: Mapped[datetime | None]

    @property
    def free(self) -> int:
        """What is left and not set aside."""
        return self.remaining - self.held


class Allocation(Model):
    """How many points of a lot an entry used (above 0) or gave back (below 0); `by_seq` is the entry that caused it.

    The two entries differ only when a later earning pays the debt of an earlier take-back. Only ever added.
    """

    __tablename__ = "point_allocations"
    __table_args__ = (CheckConstraint("amount <> 0", name="amount_not_zero"),)

    member_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    entry_seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    lot_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    by_seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    amount: Mapped[int] = mapped_column(Id)


class GiveBack(Model):
    """The line `by_seq` gave back something of what the line `spent_seq` had taken. Only ever added."""

    __tablename__ = "point_give_backs"

    member_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    spent_seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    by_seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class Debt(Model):
    """What a take-back could not take because nothing was left; paid first by the next earning."""

    __tablename__ = "point_debts"
    __table_args__ = (CheckConstraint("remaining >= 0 AND remaining <= amount", name="remaining_within_amount"),)

    member_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    entry_seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    amount: Mapped[int] = mapped_column(Id)
    remaining: Mapped[int] = mapped_column(Id)


class Pending(Model):
    """Points that are promised and come in at `settles_at`; what was taken back before then is not `remaining`."""

    __tablename__ = "point_pendings"
    __table_args__ = (
        UniqueConstraint("member_id", "source_kind", "source_id"),
        CheckConstraint("remaining >= 0 AND remaining <= amount", name="remaining_within_amount"),
        CheckConstraint("status IN ('waiting', 'settled', 'void')", name="status_known"),
    )

    member_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    source_kind: Mapped[str] = mapped_column(code(32))
    source_id: Mapped[str] = mapped_column(code(64))
    amount: Mapped[int] = mapped_column(Id)
    remaining: Mapped[int] = mapped_column(Id)
    status: Mapped[str] = mapped_column(code(16))
    earned_at: Mapped[datetime]
    settles_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]


class PendingCut(Model):
    """What was taken back of pending points, and why. Only ever added."""

    __tablename__ = "point_pending_cuts"
    __table_args__ = (CheckConstraint("amount > 0", name="amount_above_zero"),)

    member_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    pending_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    source_kind: Mapped[str] = mapped_column(code(32), primary_key=True)
    source_id: Mapped[str] = mapped_column(code(64), primary_key=True)
    amount: Mapped[int] = mapped_column(Id)
    at: Mapped[datetime]


class Hold(Model):
    """Points set aside for something: spent by a capture, free again when released or when `ends_at` has come."""

    __tablename__ = "point_holds"
    __table_args__ = (
        UniqueConstraint("member_id", "source_kind", "source_id"),
        CheckConstraint("captured >= 0 AND captured <= amount", name="captured_within_amount"),
        CheckConstraint("status IN ('held', 'captured', 'released', 'lapsed')", name="status_known"),
        CheckConstraint("(status = 'held') = (ended_at IS NULL)", name="ended_once"),
    )

    member_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    source_kind: Mapped[str] = mapped_column(code(32))
    source_id: Mapped[str] = mapped_column(code(64))
    amount: Mapped[int] = mapped_column(Id)
    captured: Mapped[int] = mapped_column(Id, default=0)
    status: Mapped[str] = mapped_column(code(16), default=HELD)
    ends_at: Mapped[datetime | None]
    reserved_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class HoldPart(Model):
    """How many points of a lot were set aside for a hold. Never changed."""

    __tablename__ = "point_hold_parts"
    __table_args__ = (CheckConstraint("amount > 0", name="amount_above_zero"),)

    member_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    hold_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    lot_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    amount: Mapped[int] = mapped_column(Id)


class Extension(Model):
    """A lot whose last day an operator has put off. Only ever added."""

    __tablename__ = "point_extensions"

    member_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    lot_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    from_at: Mapped[datetime]
    to_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(200))
    extended_by: Mapped[str] = mapped_column(code(32))
    at: Mapped[datetime]
