from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.kit.columns import Id, Sealed, code
from backend.kit.db import Model
from backend.kit.ids import new_id


class Store(Model):
    """A department store or mall. Points of its sales settle `return_days` after the day of the sale; 0 is at once."""

    __tablename__ = "stores"
    __table_args__ = (
        UniqueConstraint("code"),
        CheckConstraint("return_days >= 0", name="return_days_not_negative"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(code(20))
    name: Mapped[str] = mapped_column(String(64))
    return_days: Mapped[int]
    created_at: Mapped[datetime]


class Brand(Model):
    """A brand sold at counters of any store."""

    __tablename__ = "brands"
    __table_args__ = (UniqueConstraint("code"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(code(20))
    name: Mapped[str] = mapped_column(String(64))


class Counter(Model):
    """A counter of a store, perhaps of one brand."""

    __tablename__ = "counters"
    __table_args__ = (UniqueConstraint("store_id", "code"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True, default=new_id)
    store_id: Mapped[int] = mapped_column(Id, ForeignKey("stores.id"))
    code: Mapped[str] = mapped_column(code(20))
    name: Mapped[str] = mapped_column(String(64))
    brand_id: Mapped[int | None] = mapped_column(Id, ForeignKey("brands.id"))


class Staff(Model):
    """Somebody who works in a store. The name is sealed for `staff.name:<id>`."""

    __tablename__ = "staff"
    __table_args__ = (
        UniqueConstraint("store_id", "code"),
        CheckConstraint("role IN ('cashier', 'guide')", name="role"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, default=new_id)
    store_id: Mapped[int] = mapped_column(Id, ForeignKey("stores.id"))
    role: Mapped[str] = mapped_column(code(10))
    name_sealed: Mapped[bytes] = mapped_column(Sealed)
    code: Mapped[str] = mapped_column(code(20))


class KeyRecord(Model):
    """A till's key. The secret is sealed for `till_keys.secret:<id>`; scopes are words with spaces between."""

    __tablename__ = "till_keys"
    __table_args__ = (UniqueConstraint("app_key"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True, default=new_id)
    app_key: Mapped[str] = mapped_column(code(32))
    secret_sealed: Mapped[bytes] = mapped_column(Sealed)
    store_id: Mapped[int] = mapped_column(Id, ForeignKey("stores.id"))
    scopes: Mapped[str] = mapped_column(code(200))
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
