from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.kit.columns import Id, code
from backend.kit.db import Model
from backend.kit.ids import new_id

LONGEST_FAULT = 200


class Reconciliation(Model):
    """A sweep over all accounts; `after_member_id` is the place it has come to. It freezes what breaks an invariant."""

    __tablename__ = "reconciliations"
    __table_args__ = (Index(None, "finished_at"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    freezes: Mapped[bool]
    after_member_id: Mapped[int] = mapped_column(Id, default=0)
    accounts: Mapped[int] = mapped_column(default=0)
    frozen: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class FoundFault(Model):
    """What a sweep found wrong: in an account, or in the stock of an item (`member_id` null). Never changed.

    `frozen` says whether the account was frozen from then on, by whichever sweep.
    """

    __tablename__ = "reconciliation_faults"
    __table_args__ = (Index(None, "reconciliation_id", "id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    reconciliation_id: Mapped[int] = mapped_column(Id, ForeignKey("reconciliations.id"))
    member_id: Mapped[int | None] = mapped_column(Id)
    domain: Mapped[str] = mapped_column(code(16))
    place: Mapped[str] = mapped_column(String(LONGEST_FAULT))
    what: Mapped[str] = mapped_column(String(LONGEST_FAULT))
    frozen: Mapped[bool]
    found_at: Mapped[datetime]
