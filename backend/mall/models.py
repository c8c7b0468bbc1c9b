from datetime import datetime
from typing import Literal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column

from backend.kit.columns import Id, code
from backend.kit.db import Model
from backend.kit.ids import new_id

ItemStatus = Literal["on", "off"]
OrderStatus = Literal["placed", "picked-up", "cancelled", "lapsed"]


class Item(Model):
    """Something to be had for points. `stock` is what is left of all that was ever `stocked`."""

    __tablename__ = "mall_items"
    __table_args__ = (
        Index(None, "status", "position", "id"),
        CheckConstraint("points >= 1", name="costs_points"),
        CheckConstraint("stock >= 0", name="stock_not_negative"),
        CheckConstraint("stock <= stocked", name="stock_was_stocked"),
        CheckConstraint("status IN ('on', 'off')", name="status_known"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, default=new_id)
    title: Mapped[str] = mapped_column(String(64))
    subtitle: Mapped[str] = mapped_column(String(128))
    description: Mapped[str] = mapped_column(String(2000))
    picture_url: Mapped[str] = mapped_column(String(300))
    points: Mapped[int]
    stock: Mapped[int]
    stocked: Mapped[int]
    status: Mapped[ItemStatus] = mapped_column(code(16))
    position: Mapped[int]
    created_at: Mapped[datetime]

    @property
    def sold_out(self) -> bool:
        """Whether nothing is left."""
        return self.stock == 0


class Order(Model):
    """An exchange: its points are set aside when placed and spent when picked up, or freed when cancelled or lapsed.

    `on_hold` is false for one that was placed when exchanges still spent their points at once.
    """

    __tablename__ = "mall_orders"
    __table_args__ = (
        Index(None, "member_id", "id"),
        Index(None, "item_id", "status"),
        Index(None, "status", "pick_up_by"),
        CheckConstraint("quantity >= 1", name="quantity_positive"),
        CheckConstraint("points >= 1", name="costs_points"),
        CheckConstraint("status IN ('placed', 'picked-up', 'cancelled', 'lapsed')", name="status_known"),
        CheckConstraint("(status = 'placed') = (closed_at IS NULL)", name="closed_once"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, default=new_id)
    no: Mapped[str] = mapped_column(code(20), unique=True)
    member_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"))
    # no foreign key: its shared lock on the item, taken by every insert, would deadlock with the update of the stock
    item_id: Mapped[int] = mapped_column(Id)
    item_title: Mapped[str] = mapped_column(String(64))
    quantity: Mapped[int]
    points: Mapped[int] = mapped_column(Id)
    on_hold: Mapped[bool] = mapped_column(default=True, server_default=false())
    store_id: Mapped[int] = mapped_column(Id, ForeignKey("stores.id"))
    status: Mapped[OrderStatus] = mapped_column(code(16))
    pickup_code: Mapped[str] = mapped_column(code(20), unique=True)
    placed_at: Mapped[datetime]
    pick_up_by: Mapped[datetime]
    closed_at: Mapped[datetime | None]
