from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.kit.columns import Digest, Id, code
from backend.kit.db import Model

# Inside the ledger there are no foreign keys: its rows are written together under the account's lock, and the audit
# finds one that stands alone, whoever put it there.

EARN, SPEND, TAKE_BACK, CANCEL, EXPIRE = "earn", "spend", "take-back", "cancel", "expire"


class Account(Model):
    """One member's points, and the lock that everything of this member waits for.

    balance = sum of the journal = points left in lots - debt. There is debt only while all lots are empty.
    """

    __tablename__ = "point_accounts"
    __table_args__ = (
        CheckConstraint("debt >= 0", name="debt_not_negative"),
        CheckConstraint("held >= 0", name="held_not_negative"),
        Index(None, "next_expiry_at"),
    )

    member_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"), primary_key=True, autoincrement=False)
    balance: Mapped[int] = mapped_column(Id, default=0)
    debt: Mapped[int] = mapped_column(Id, default=0)
    held: Mapped[int] = mapped_column(Id, default=0)
    last_seq: Mapped[int] = mapped_column(default=0)
    last_hash: Mapped[bytes] = mapped_column(Digest)
    last_at: Mapped[datetime]
    next_expiry_at: Mapped[datetime | None]
    opened_at: Mapped[datetime]

    @property
    def available(self) -> int:
        """What can be spent now; true after `lock`, which has swept what had expired."""
        return max(0, self.balance - self.held)


class Entry(Model):
    """One line of the journal. Only ever added; `hash` chains it to the line before."""

    __tablename__ = "point_entries"
    __table_args__ = (UniqueConstraint("member_id", "source_kind", "source_id"),)

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
    """The points of one earning (`lot_no` is the seq of its entry), good while now < expires_at."""

    __tablename__ = "point_lots"
    __table_args__ = (CheckConstraint("remaining >= 0 AND remaining <= amount", name="remaining_within_amount"),)

    member_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    lot_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    amount: Mapped[int] = mapped_column(Id)
    remaining: Mapped[int] = mapped_column(Id)
    expires_at: Mapped[datetime | None]


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


class Debt(Model):
    """What a take-back could not take because nothing was left; paid first by the next earning."""

    __tablename__ = "point_debts"
    __table_args__ = (CheckConstraint("remaining >= 0 AND remaining <= amount", name="remaining_within_amount"),)

    member_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    entry_seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    amount: Mapped[int] = mapped_column(Id)
    remaining: Mapped[int] = mapped_column(Id)
