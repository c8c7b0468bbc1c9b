from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, cast, false, func, select
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from backend.kit.columns import Id, Json, SealedText, code
from backend.kit.db import Model
from backend.kit.ids import new_id
from backend.mall.rules import Ways, bring_back_by, received_by

Kind = Literal["goods", "service", "coupon", "virtual"]
ItemStatus = Literal["draft", "on", "off"]
OrderStatus = Literal[
    "placed", "prepared", "ready", "shipped", "received", "completed", "cancelled", "lapsed", "refused", "returned"
]
Way = Literal["pick-up", "shipping"]

CENTRAL: Final = 0  # instead of a store's id: the stock of the house, for all stores that have none of their own
WAITING: Final = ("placed", "prepared", "ready")  # to be handed over, or sent
KEPT: Final = ("received", "completed")  # with the member, and paid
GIVEN_BACK: Final = ("cancelled", "lapsed", "refused", "returned")
ENDED: Final = ("completed", *GIVEN_BACK)
DEPOSIT_OF_A_PRE_ORDER: Final = (
    "deposit_points IS NULL OR (deposit_points >= 1 AND deposit_points < points AND pick_up_from IS NOT NULL)"
)
AT_ONCE: Final = ("coupon", "virtual")  # kinds that go to the member in the exchange itself


class Item(Model):
    """Something to be had for points, while `on_from <= now < off_at`, by who has early access so many hours before.
    Goods are handed over and services redeemed at a store; coupons, of `coupon_template` (its code), are given at once,
    and so are the codes of virtual items.

    A member may have `limit_pieces` of it within `limit_days` shop days, or ever. `ways` is how it gets to them.
    `money_fen` apiece is paid besides, at the store's counter when it is handed over.

    A pre-order is picked up while `pick_up_from <= now < pick_up_until`; `deposit_points` apiece are set aside for it
    until then, the rest is spent when it is handed over. Without a deposit its whole price is set aside.
    """

    __tablename__ = "mall_items"
    __table_args__ = (
        Index(None, "status", "position", "id"),
        CheckConstraint("points >= 1", name="costs_points"),
        CheckConstraint("status IN ('draft', 'on', 'off')", name="status_known"),
        CheckConstraint("kind IN ('goods', 'service', 'coupon', 'virtual')", name="kind_known"),
        CheckConstraint("(kind = 'coupon') = (coupon_template IS NOT NULL)", name="template_of_a_coupon"),
        CheckConstraint("on_from < off_at", name="on_before_off"),
        CheckConstraint("limit_pieces >= 1", name="limit_positive"),
        CheckConstraint("limit_days IS NULL OR limit_pieces IS NOT NULL", name="days_of_a_limit"),
        CheckConstraint("ways IN ('pick-up', 'shipping', 'both')", name="ways_known"),
        CheckConstraint("ways = 'pick-up' OR kind = 'goods'", name="goods_are_shipped"),
        CheckConstraint("money_fen >= 0", name="money_not_negative"),
        CheckConstraint(
            "(money_fen = 0 AND pick_up_from IS NULL) OR (ways = 'pick-up' AND kind IN ('goods', 'service'))",
            name="at_the_counter",
        ),
        CheckConstraint("(pick_up_from IS NULL) = (pick_up_until IS NULL)", name="window_has_two_ends"),
        CheckConstraint("pick_up_from < pick_up_until", name="from_before_until"),
        CheckConstraint(DEPOSIT_OF_A_PRE_ORDER, name="deposit_of_a_pre_order"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, default=new_id)
    kind: Mapped[Kind] = mapped_column(code(16), default="goods")
    coupon_template: Mapped[str | None] = mapped_column(code(64))
    title: Mapped[str] = mapped_column(String(64))
    subtitle: Mapped[str] = mapped_column(String(128))
    description: Mapped[str] = mapped_column(Text)  # HTML that was sanitised
    picture_url: Mapped[str] = mapped_column(String(300))
    category: Mapped[str] = mapped_column(String(32))
    points: Mapped[int]
    tier_points: Mapped[dict[str, int]] = mapped_column(Json)  # by tier code, where it costs something else
    on_from: Mapped[datetime | None]
    off_at: Mapped[datetime | None]
    limit_pieces: Mapped[int | None]
    limit_days: Mapped[int | None]
    ways: Mapped[Ways] = mapped_column(code(16), default="pick-up")
    money_fen: Mapped[int] = mapped_column(default=0, server_default="0")
    deposit_points: Mapped[int | None]
    pick_up_from: Mapped[datetime | None]
    pick_up_until: Mapped[datetime | None]
    status: Mapped[ItemStatus] = mapped_column(code(16))
    position: Mapped[int]
    created_at: Mapped[datetime]
    if TYPE_CHECKING:
        stock: Mapped[int]

    def is_shown(self, now: datetime) -> bool:
        """Whether members see it, be it that they cannot have it yet."""
        return self.status == "on" and (self.off_at is None or now < self.off_at)

    @property
    def sold_out(self) -> bool:
        """Whether nothing is left anywhere."""
        return self.stock == 0


class Stock(Model):
    """What there is of an item at a store, or in the house's stock: `stock` is left of all that was ever `stocked`.

    Rows are locked by ascending (item_id, store_id), after everything else. At `low_at` or below it runs low.
    """

    __tablename__ = "mall_stocks"
    __table_args__ = (
        CheckConstraint("stock >= 0", name="stock_not_negative"),
        CheckConstraint("stock <= stocked", name="stock_was_stocked"),
    )

    item_id: Mapped[int] = mapped_column(Id, ForeignKey("mall_items.id"), primary_key=True, autoincrement=False)
    store_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)  # no key: CENTRAL is no store
    stock: Mapped[int]
    stocked: Mapped[int]
    low_at: Mapped[int | None]


# what is left at all places together; asked for only where it is shown
_left = select(cast(func.coalesce(func.sum(Stock.stock), 0), Id)).where(Stock.item_id == Item.id)
Item.stock = column_property(_left.correlate_except(Stock).scalar_subquery(), deferred=True)


class PickUp(NamedTuple):
    """Where, for which code and before which instant an order is picked up."""

    store_id: int
    code: str
    until: datetime


class Order(Model):
    """An exchange of one or several items, all or nothing: its points are set aside when it is placed and spent when it
    is handed over (`received_at`) or shipped (`shipped_at`), or freed when it ends otherwise.

    It is picked up at a store with a code until an instant, or shipped: then it has the address it was placed for,
    sealed for `mall_orders.address:ID`, as long as its member is one.
    A pre-order is not picked up before `pick_up_from`; where it has a deposit, only `deposit_points` are set aside, and
    the rest is spent when it is handed over. `money_fen` is paid with that.
    `on_hold` is false for one that was placed when exchanges still spent their points at once. `undone` counts how
    often a hand-over was taken back as a mistake. `written_off`: returned, but not fit to go back into stock.
    """

    __tablename__ = "mall_orders"
    __table_args__ = (
        Index(None, "member_id", "id"),
        Index(None, "status", "pick_up_by"),
        Index(None, "status", "received_at"),
        Index(None, "status", "shipped_at"),
        CheckConstraint("points >= 1", name="costs_points"),
        CheckConstraint(
            "status IN ('placed', 'prepared', 'ready', 'shipped', 'received', 'completed', 'cancelled', 'lapsed',"
            " 'refused', 'returned')",
            name="status_known",
        ),
        CheckConstraint(
            "(status IN ('placed', 'prepared', 'ready', 'shipped', 'received')) = (closed_at IS NULL)",
            name="closed_once",
        ),
        CheckConstraint(
            "(status IN ('received', 'completed', 'returned')) = (received_at IS NOT NULL)"
            " OR (status = 'returned' AND way = 'shipping')",
            name="received_once",
        ),
        CheckConstraint(
            "(way = 'pick-up' AND store_id IS NOT NULL AND pickup_code IS NOT NULL AND pick_up_by IS NOT NULL) OR"
            " (way = 'shipping' AND store_id IS NULL AND pickup_code IS NULL AND pick_up_by IS NULL)",
            name="goes_one_way",
        ),
        CheckConstraint(
            "(way = 'shipping' AND status IN ('shipped', 'received', 'completed', 'returned'))"
            " = (shipped_at IS NOT NULL)",
            name="shipped_once",
        ),
        CheckConstraint("written_off = 0 OR status = 'returned'", name="written_off_when_returned"),
        CheckConstraint("money_fen = 0 OR (money_fen > 0 AND way = 'pick-up')", name="money_at_the_counter"),
        CheckConstraint(DEPOSIT_OF_A_PRE_ORDER, name="deposit_of_a_pre_order"),
        CheckConstraint("pick_up_from < pick_up_by", name="from_before_by"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, default=new_id)
    no: Mapped[str] = mapped_column(code(20), unique=True)
    member_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"))
    title: Mapped[str] = mapped_column(String(80))
    points: Mapped[int] = mapped_column(Id)
    money_fen: Mapped[int] = mapped_column(Id, default=0, server_default="0")
    deposit_points: Mapped[int | None] = mapped_column(Id)
    on_hold: Mapped[bool] = mapped_column(default=True, server_default=false())
    undone: Mapped[int] = mapped_column(default=0)
    way: Mapped[Way] = mapped_column(code(16), default="pick-up")
    store_id: Mapped[int | None] = mapped_column(Id, ForeignKey("stores.id"))
    address_sealed: Mapped[bytes | None] = mapped_column(SealedText)
    status: Mapped[OrderStatus] = mapped_column(code(16))
    pickup_code: Mapped[str | None] = mapped_column(code(20), unique=True)
    placed_at: Mapped[datetime]
    pick_up_from: Mapped[datetime | None]
    pick_up_by: Mapped[datetime | None]
    shipped_at: Mapped[datetime | None]
    carrier: Mapped[str | None] = mapped_column(String(20))
    tracking_no: Mapped[str | None] = mapped_column(code(32))
    received_at: Mapped[datetime | None]
    return_asked_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(String(200))
    written_off: Mapped[bool] = mapped_column(default=False)
    lines: Mapped[list["OrderLine"]] = relationship(lazy="selectin", order_by="OrderLine.no")

    @property
    def pick_up(self) -> PickUp | None:
        """Where and how it is picked up, None for what is shipped."""
        if self.store_id is None or self.pickup_code is None or self.pick_up_by is None:
            return None
        return PickUp(self.store_id, self.pickup_code, self.pick_up_by)

    @property
    def bring_back_by(self) -> datetime | None:
        """Until when it can be brought back, None while it is not with the member, and for what is given at once."""
        if self.received_at is None or self.status == "returned" or not self.waiting_points:
            return None
        return bring_back_by(self.received_at)

    @property
    def waiting_points(self) -> int:
        """What the lines cost that are handed over or shipped; 0 where everything was given at once."""
        return sum(line.points for line in self.lines if line.kind not in AT_ONCE)

    @property
    def set_aside(self) -> int:
        """What is set aside until the order is handed over or shipped: the deposit, or all it costs."""
        return self.waiting_points if self.deposit_points is None else self.deposit_points

    @property
    def rest_points(self) -> int:
        """What is to be spent beside that when the order is handed over."""
        return self.waiting_points - self.set_aside

    @property
    def received_by(self) -> datetime | None:
        """When what is on its way counts as received, None for any other."""
        return received_by(self.shipped_at) if self.shipped_at is not None and self.status == "shipped" else None


class OrderLine(Model):
    """So many of an item within an order, for `points` and `money_fen` together, out of the stock at `stock_store_id`.

    What is given at once is with the member since `delivered_at`, unless it was taken back: then that is null again.
    """

    __tablename__ = "mall_order_lines"
    __table_args__ = (
        Index(None, "item_id", "stock_store_id"),
        CheckConstraint("quantity >= 1", name="quantity_positive"),
    )

    order_id: Mapped[int] = mapped_column(Id, ForeignKey("mall_orders.id"), primary_key=True, autoincrement=False)
    no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    # no foreign key: its shared lock on the item, taken by every insert, would wait for who changes the item
    item_id: Mapped[int] = mapped_column(Id)
    item_title: Mapped[str] = mapped_column(String(64))
    kind: Mapped[Kind] = mapped_column(code(16), default="goods")
    quantity: Mapped[int]
    points: Mapped[int] = mapped_column(Id)
    money_fen: Mapped[int] = mapped_column(Id, default=0, server_default="0")
    stock_store_id: Mapped[int] = mapped_column(Id)
    delivered_at: Mapped[datetime | None]
    coupon_ids: Mapped[list[int]] = mapped_column(Json, default=list)
