from datetime import datetime

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.kit.columns import Id, code
from backend.kit.db import Model
from backend.kit.ids import new_id


class Operator(Model):
    """Somebody who runs the store from the admin web. The hash says itself how it was made (Argon2id)."""

    __tablename__ = "operators"
    __table_args__ = (UniqueConstraint("login"), CheckConstraint("role IN ('admin', 'operator')", name="role"))

    id: Mapped[int] = mapped_column(Id, primary_key=True, default=new_id)
    login: Mapped[str] = mapped_column(code(32))
    password_hash: Mapped[str] = mapped_column(code(200))
    display_name: Mapped[str] = mapped_column(String(64))
    role: Mapped[str] = mapped_column(code(10))
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
