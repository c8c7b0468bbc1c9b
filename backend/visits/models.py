from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from backend.kit.columns import Id
from backend.kit.db import Model


class MemberVisit(Model):
    """The day on which a member was here last, and how often (`asked`), when last, the shop has asked them back since.

    `quiet_since` is the later of the two days, after which nothing happened. The index finds, for each number of
    times, those for whom it is long enough ago, without looking at all who were asked as often as they may be.
    """

    __tablename__ = "member_visits"
    __table_args__ = (
        Index(None, "asked", "quiet_since", "member_id"),
        CheckConstraint("asked >= 0", name="asked_not_negative"),
        CheckConstraint("asked = 0 OR asked_on IS NOT NULL", name="asked_on_a_day"),
    )

    member_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"), primary_key=True, autoincrement=False)
    last_on: Mapped[date]
    asked: Mapped[int] = mapped_column(default=0)
    asked_on: Mapped[date | None]
    quiet_since: Mapped[date]
