from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.benefits.book import LONGEST_CODE
from backend.benefits.rules import LONGEST_REASON
from backend.kit.columns import Code, Digest, Id, Sealed, code
from backend.kit.db import Model
from backend.kit.ids import new_id

LONGEST_PERIOD = 80
LONGEST_REF = 64
WAYS = ("till", "booking", "parking", "gift")


class Quota(Model):
    """How much of a benefit a member has used in a period: times or minutes. What was given back is taken off."""

    __tablename__ = "benefit_quotas"
    __table_args__ = (CheckConstraint("used >= 0", name="used_not_negative"),)

    member_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"), primary_key=True, autoincrement=False)
    benefit: Mapped[str] = mapped_column(code(LONGEST_CODE), primary_key=True)
    period: Mapped[str] = mapped_column(code(LONGEST_PERIOD), primary_key=True)
    used: Mapped[int]


class Use(Model):
    """A benefit was used: so much of it, in which period, by which version of the catalogue and in which tier.

    A store's reference makes one use of a benefit, whatever is repeated. Undone once, by a till (`by` is its key) or an
    operator; then nothing of it counts.
    """

    __tablename__ = "benefit_uses"
    __table_args__ = (
        UniqueConstraint("store_id", "benefit", "ref"),
        Index(None, "member_id", "id"),
        CheckConstraint("amount >= 1", name="amount_above_zero"),
        CheckConstraint(f"way IN ({', '.join(map(repr, WAYS))})", name="way_known"),
        CheckConstraint("(reversed_at IS NULL) = (reversed_by IS NULL)", name="reversed_by_somebody"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    member_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"))
    benefit: Mapped[str] = mapped_column(code(LONGEST_CODE))
    name: Mapped[str] = mapped_column(String(40))
    period: Mapped[str] = mapped_column(code(LONGEST_PERIOD))
    amount: Mapped[int]
    store_id: Mapped[int] = mapped_column(Id, ForeignKey("stores.id"))
    way: Mapped[str] = mapped_column(code(16))
    ref: Mapped[str] = mapped_column(code(LONGEST_REF))
    tier_code: Mapped[str] = mapped_column(code(16))
    book_version: Mapped[int]
    used_on: Mapped[date]
    used_at: Mapped[datetime]
    reversed_at: Mapped[datetime | None]
    reversed_by: Mapped[str | None] = mapped_column(code(40))
    reversed_for: Mapped[str | None] = mapped_column(String(LONGEST_REASON))


class Vehicle(Model):
    """A member's car: its plate sealed for `vehicles.plate:<id>`. A plate is one member's at a time.

    With `most_points` the gate may spend so many points for one stay without asking; null is none.
    """

    __tablename__ = "vehicles"
    __table_args__ = (
        UniqueConstraint("plate_index"),
        Index(None, "member_id", "id"),
        CheckConstraint("most_points >= 1", name="most_points_above_zero"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    member_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"))
    plate_index: Mapped[bytes] = mapped_column(Digest)
    plate_sealed: Mapped[bytes] = mapped_column(Sealed)
    most_points: Mapped[int | None]
    added_at: Mapped[datetime]


class VehicleMove(Model):
    """An operator gave a plate to another member, and why. Only ever added; which plate it was nobody reads here."""

    __tablename__ = "vehicle_moves"
    __table_args__ = (Index(None, "vehicle_id"), Index(None, "from_id"), Index(None, "to_id"))

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    vehicle_id: Mapped[int] = mapped_column(Id)
    from_id: Mapped[int | None] = mapped_column(Id)
    to_id: Mapped[int] = mapped_column(Id)
    moved_by: Mapped[str] = mapped_column(code(32))
    reason: Mapped[str] = mapped_column(String(LONGEST_REASON))
    at: Mapped[datetime]


class ParkingDeduction(Model):
    """Free minutes that a gate took for one stay: those by purchases of `stay_on`, the tier's, and those for points."""

    __tablename__ = "parking_deductions"
    __table_args__ = (
        UniqueConstraint("store_id", "session_ref"),
        Index(None, "member_id", "id"),
        CheckConstraint(
            "purchase_minutes >= 0 AND tier_minutes >= 0 AND points_minutes >= 0", name="minutes_not_negative"
        ),
        CheckConstraint("purchase_minutes + tier_minutes + points_minutes >= 1", name="some_minutes"),
        CheckConstraint("points >= 0 AND (points = 0) = (points_minutes = 0)", name="points_buy_minutes"),
        CheckConstraint("(tier_minutes > 0) = (use_id IS NOT NULL)", name="tier_minutes_are_a_use"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    member_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"))
    store_id: Mapped[int] = mapped_column(Id, ForeignKey("stores.id"))
    session_ref: Mapped[str] = mapped_column(Code)
    fingerprint: Mapped[bytes] = mapped_column(Digest)
    benefit: Mapped[str] = mapped_column(code(LONGEST_CODE))
    stay_on: Mapped[date]
    purchase_minutes: Mapped[int]
    tier_minutes: Mapped[int]
    points_minutes: Mapped[int]
    points: Mapped[int]
    use_id: Mapped[int | None] = mapped_column(Id, ForeignKey("benefit_uses.id"))
    book_version: Mapped[int]
    deducted_at: Mapped[datetime]
    reversed_at: Mapped[datetime | None]

    @property
    def minutes(self) -> int:
        """All of them."""
        return self.purchase_minutes + self.tier_minutes + self.points_minutes


class BirthdayGift(Model):
    """A gift that a member asked for around a birthday: its code, until when it waits, and who handed it out."""

    __tablename__ = "benefit_gifts"
    __table_args__ = (
        UniqueConstraint("pickup_code"),
        Index(None, "member_id", "benefit", "celebrated_on"),
        CheckConstraint("(handed_at IS NULL) = (use_id IS NULL)", name="handed_out_is_a_use"),
        CheckConstraint("(handed_at IS NULL) = (store_id IS NULL)", name="handed_out_by_a_store"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    member_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"))
    benefit: Mapped[str] = mapped_column(code(LONGEST_CODE))
    name: Mapped[str] = mapped_column(String(40))
    tier_code: Mapped[str] = mapped_column(code(16))
    book_version: Mapped[int]
    celebrated_on: Mapped[date]
    pickup_code: Mapped[str] = mapped_column(code(20))
    asked_at: Mapped[datetime]
    pick_up_by: Mapped[datetime]
    store_id: Mapped[int | None] = mapped_column(Id, ForeignKey("stores.id"))
    handed_at: Mapped[datetime | None]
    use_id: Mapped[int | None] = mapped_column(Id, ForeignKey("benefit_uses.id"))


class GiftStock(Model):
    """How many gifts a store has in all, and how many it gave; a store without a row gives as many as are asked for."""

    __tablename__ = "benefit_stocks"
    __table_args__ = (CheckConstraint("given >= 0 AND given <= stock", name="given_within_stock"),)

    benefit: Mapped[str] = mapped_column(code(LONGEST_CODE), primary_key=True)
    store_id: Mapped[int] = mapped_column(Id, ForeignKey("stores.id"), primary_key=True, autoincrement=False)
    stock: Mapped[int]
    given: Mapped[int]
