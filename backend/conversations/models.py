from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from backend.kit.columns import Id
from backend.kit.db import Model


class Window(Model):
    """What WeChat lets the official account send to a follower: what is left of the two allowances, and since when
    they count. Each send counts against both while both are open.
    """

    __tablename__ = "service_windows"
    __table_args__ = (CheckConstraint("left_of_words >= 0 AND left_of_gesture >= 0", name="left_not_negative"),)

    identity_id: Mapped[int] = mapped_column(Id, ForeignKey("identities.id"), primary_key=True, autoincrement=False)
    wrote_at: Mapped[datetime | None]
    left_of_words: Mapped[int] = mapped_column(default=0)
    acted_at: Mapped[datetime | None]
    left_of_gesture: Mapped[int] = mapped_column(default=0)
