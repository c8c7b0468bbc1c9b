"""Free parking: what a gate may take off a stay, and what it took.

A stay counts whole for the shop day on which it began, also over midnight: purchases and the tier's minutes of that day
free it. What purchases freed stays free when they are given back afterwards: the car has left; but no more is freed by
them.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import members, points, tiers
from backend.benefits import book, counting
from backend.benefits.book import Benefit, ParkingTerms, Quota
from backend.benefits.entitling import Grant, check_store, granted
from backend.benefits.errors import BenefitUnknown, DeductionUnknown, NotCovered, SessionReused, VehicleUnknown
from backend.benefits.models import ParkingDeduction, Vehicle
from backend.benefits.queries import kept_fen
from backend.benefits.rules import Split, checked_entry, minutes_for, minutes_of, normal_plate, period_of, split
from backend.benefits.service import Place, count, give_back
from backend.benefits.vehicles import by_plate
from backend.kit.calendar import shop_day
from backend.kit.errors import Unavailable
from backend.kit.ids import new_id
from backend.kit.pii import vault
from backend.points import Source

SPENT, RETURNED = "parking", "parking-reversed"


@dataclass(frozen=True)
class Stay:
    """A stay as a gate tells it: its reference there, the plate, when the car came (by the shop's day), the minutes to
    take off, and how many points the driver said may be spent (None: as the member has told us).
    """

    session_ref: str
    plate: str
    minutes: int
    entered_at: datetime | None = None
    points: int | None = None

    def fingerprint(self, session: Session) -> bytes:
        """Tells whether a repeat says the same; keyed, for plates are few enough to be tried one by one."""
        entered = self.entered_at.astimezone(UTC).isoformat() if self.entered_at else ""
        said = f"{normal_plate(self.plate)}|{self.minutes}|{entered}|{self.points}"
        return vault(session).index("stay", said)


@dataclass(frozen=True)
class Free:
    """What there is for a stay: minutes by purchases and by the tier (None: without end), the price of further ones in
    points, and how many points may be spent without asking the driver.
    """

    member_id: int
    stay_on: date
    grant: Grant | None
    benefit: Benefit
    book_version: int
    purchase_minutes: int
    tier_minutes: int | None
    points_available: int
    most_points: int | None

    @property
    def terms(self) -> ParkingTerms:
        """What is free besides the tier."""
        return self.benefit.parking or ParkingTerms()

    @property
    def points_minutes(self) -> int:
        """How many minutes the member's points can buy for this stay."""
        return minutes_of(self.points_available, self.terms.points) if self.terms.points else 0

    def split(self, minutes: int, points: int | None) -> Split:
        """Where the minutes of a stay come from, where so many points may be spent (None: as the member has told)."""
        allowed = min(self.points_available, (self.most_points or 0) if points is None else points)
        price = self.terms.points
        return split(minutes, purchase=self.purchase_minutes, tier=self.tier_minutes, points=allowed, price=price)


def free_parking(
    session: Session, plate: str, *, store_id: int, entered_at: datetime | None, session_ref: str = "", now: datetime
) -> Free:
    """What there is for a stay that began then; writes nothing.

    Raises PlateRefused, VehicleUnknown, StayRefused, BenefitUnknown, NotHere.
    """
    day = _day(entered_at, now)
    vehicle = _vehicle(session, plate)
    available = points.summary(session, vehicle.member_id, now=now).available
    return _free(session, vehicle, available, day=day, store_id=store_id, session_ref=session_ref, now=now)


def deduct(session: Session, stay: Stay, *, store_id: int, now: datetime) -> tuple[ParkingDeduction, bool]:
    """Take free minutes for a stay: by purchases first, as those are lost at the day's end, then the tier's, then for
    points. All that is asked for or nothing. What was deducted for this stay before is answered as it is (then False).

    Raises SessionReused, NotCovered with what there is, PlateRefused, VehicleUnknown, StayRefused, BenefitUnknown,
    NotHere, points.Frozen.
    """
    earlier = _earlier(session, stay, store_id)  # also of a car that is nobody's any more
    if earlier is not None:
        return earlier, False
    day, vehicle = _day(stay.entered_at, now), _vehicle(session, stay.plate)
    account = _locked_with(session, vehicle, now=now)
    earlier = _earlier(session, stay, store_id)
    if earlier is not None:
        return earlier, False
    ref = stay.session_ref
    there = _free(session, vehicle, account.available, day=day, store_id=store_id, session_ref=ref, now=now)
    parts = there.split(stay.minutes, stay.points)
    if parts.minutes < stay.minutes:
        raise NotCovered(covered=parts.minutes)
    made = ParkingDeduction(
        id=new_id(),
        member_id=there.member_id,
        store_id=store_id,
        session_ref=ref,
        fingerprint=stay.fingerprint(session),
        benefit=there.benefit.code,
        stay_on=day,
        book_version=there.book_version,
        deducted_at=now,
        **vars(parts),
    )
    _take(session, account, made, there, now=now)
    session.add(made)
    session.flush()  # of two with one reference the second fails here
    return made, True


def reverse_deduction(
    session: Session, deduction_id: int, *, store_id: int, by: str, now: datetime
) -> ParkingDeduction:
    """Give minutes and points back, once; what was undone before is answered as it is. Raises DeductionUnknown."""
    made = session.get(ParkingDeduction, deduction_id)
    if made is None or made.store_id != store_id:
        raise DeductionUnknown
    account = points.lock(session, made.member_id, now=now)
    session.refresh(made)
    if made.reversed_at is not None:
        return made
    if made.purchase_minutes:
        period = _purchase_period(store_id, made.stay_on)
        counting.put_back(session, made.member_id, made.benefit, period, made.purchase_minutes)
    if made.use_id is not None:
        give_back(session, made.use_id, by=by, now=now)
    if made.points:
        points.cancel(session, account, spent=Source(SPENT, made.id), source=Source(RETURNED, made.id), now=now)
    made.reversed_at = now
    return made


def _free(
    session: Session,
    vehicle: Vehicle,
    available: int,
    *,
    day: date,
    store_id: int,
    session_ref: str,
    now: datetime,
) -> Free:
    catalogue, version = book.live(session, now=now)
    benefit = catalogue.parking_on(day)
    if benefit is None:
        raise BenefitUnknown
    check_store(session, benefit, store_id)
    tier = tiers.standing(session, vehicle.member_id, now=now).tier.code
    grant = granted(session, vehicle.member_id, benefit, tier, version, now=now)  # purchases free a stay anyway
    return Free(
        member_id=vehicle.member_id,
        stay_on=day,
        grant=grant,
        benefit=benefit,
        book_version=version,
        purchase_minutes=_by_purchases(session, vehicle.member_id, benefit, store_id, day),
        tier_minutes=_by_tier(
            session, vehicle.member_id, benefit, grant.terms if grant else None, day=day, ref=session_ref
        ),
        points_available=available,
        most_points=vehicle.most_points,
    )


def _by_purchases(session: Session, member_id: int, benefit: Benefit, store_id: int, day: date) -> int:
    steps = benefit.parking.purchases if benefit.parking else ()
    if not steps:
        return 0
    earned = minutes_for(kept_fen(session, member_id, store_id=store_id, day=day), steps)
    taken = counting.used(session, member_id, benefit.code, _purchase_period(store_id, day)) or 0
    return max(0, earned - taken)


def _by_tier(
    session: Session, member_id: int, benefit: Benefit, terms: Quota | None, *, day: date, ref: str
) -> int | None:
    if terms is None:
        return 0
    if terms.amount is None:
        return None
    taken = counting.used(session, member_id, benefit.code, period_of(terms.per, day, ref)) or 0
    return max(0, terms.amount - taken)


def _take(session: Session, account: points.Account, made: ParkingDeduction, there: Free, *, now: datetime) -> None:
    member_id = account.member_id
    if made.purchase_minutes:
        period = _purchase_period(made.store_id, made.stay_on)
        counting.take(session, member_id, made.benefit, period, made.purchase_minutes, most=None)
    if made.tier_minutes and there.grant is not None:
        place = Place(made.store_id, "parking", made.session_ref)
        noted = count(session, member_id, there.grant, amount=made.tier_minutes, place=place, day=made.stay_on, now=now)
        made.use_id = noted.id
    if made.points:
        points.spend(session, account, made.points, source=Source(SPENT, made.id), now=now)


def _earlier(session: Session, stay: Stay, store_id: int) -> ParkingDeduction | None:
    asked = select(ParkingDeduction).where(ParkingDeduction.session_ref == stay.session_ref)
    earlier = session.scalar(asked.where(ParkingDeduction.store_id == store_id))
    if earlier is not None and earlier.fingerprint != stay.fingerprint(session):
        raise SessionReused
    return earlier


def _vehicle(session: Session, plate: str) -> Vehicle:
    found = by_plate(session, normal_plate(plate))
    if found is None:
        raise VehicleUnknown
    members.active(members.get(session, found.member_id))
    return found


def _locked_with(session: Session, vehicle: Vehicle, *, now: datetime) -> points.Account:
    account = points.lock(session, vehicle.member_id, now=now)
    session.refresh(vehicle)
    if vehicle.member_id != account.member_id:  # it was given to another one while we waited
        raise Unavailable
    return account


def _day(entered_at: datetime | None, now: datetime) -> date:
    return shop_day(now if entered_at is None else checked_entry(entered_at, now))


def _purchase_period(store_id: int, day: date) -> str:
    return f"purchases:{store_id}:{day.isoformat()}"
