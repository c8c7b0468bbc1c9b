from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from backend.kit.columns import Id, code
from backend.kit.db import Model


class Subscription(Model):
    """What a WeChat user answered when asked for messages of one template: how many accepts are left, when the latest
    answer and the latest refusal were given.

    `reported_at` is the latest answer while only the mini-program has told of it; WeChat's event about it is yet to
    come. Who is forgotten as an identity takes the row along.
    """

    __tablename__ = "subscriptions"
    __table_args__ = (CheckConstraint("accepts >= 0", name="accepts_not_negative"),)

    identity_id: Mapped[int] = mapped_column(
        Id, ForeignKey("identities.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    template_id: Mapped[str] = mapped_column(code(64), primary_key=True)
    accepts: Mapped[int] = mapped_column(default=0)
    answered_at: Mapped[datetime]
    reported_at: Mapped[datetime | None]
    refused_at: Mapped[datetime | None]
