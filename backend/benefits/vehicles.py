"""Cars of members. A plate is one member's: who has it keeps it, and only an operator gives it to another one."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend import points
from backend.benefits.errors import PlateTaken, TooManyVehicles, VehicleUnknown
from backend.benefits.models import Vehicle, VehicleMove
from backend.benefits.rules import MOST_VEHICLES, checked_reason, mask_plate, normal_plate
from backend.kit.ids import new_id
from backend.kit.pii import vault


@dataclass(frozen=True)
class Car:
    """A car as its member may see it; the plate is masked even so, as on every screen."""

    id: int
    plate: str = field(repr=False)
    most_points: int | None
    added_at: datetime


def vehicles(session: Session, member_id: int) -> list[Car]:
    """A member's cars, newest first, a handful."""
    return [shown(session, row) for row in _rows(session, member_id)]


def add(session: Session, member_id: int, plate: str, *, now: datetime) -> tuple[Car, bool]:
    """Note a car; one that the member has already is answered as it is (then False).

    Raises PlateRefused, PlateTaken, TooManyVehicles.
    """
    normal = normal_plate(plate)
    points.lock(session, member_id, now=now)
    had = by_plate(session, normal)
    if had is not None:
        if had.member_id != member_id:
            raise PlateTaken
        return shown(session, had), False
    own = select(func.count()).select_from(Vehicle).where(Vehicle.member_id == member_id)
    if (session.scalar(own) or 0) >= MOST_VEHICLES:
        raise TooManyVehicles(most=MOST_VEHICLES)
    row = _new(session, member_id, normal, now=now)
    session.flush()  # of two members with one plate the second fails here, and is told when it is run again
    return shown(session, row), True


def remove(session: Session, member_id: int, vehicle_id: int, *, now: datetime) -> None:
    """Strike a car out; its plate is free for whoever has it. Raises VehicleUnknown."""
    points.lock(session, member_id, now=now)
    session.delete(_mine(session, member_id, vehicle_id))


def allow_points(session: Session, member_id: int, vehicle_id: int, *, most: int | None, now: datetime) -> Car:
    """Let the gate spend so many points for one stay of a car without asking; None is none. Raises VehicleUnknown."""
    points.lock(session, member_id, now=now)
    row = _mine(session, member_id, vehicle_id)
    row.most_points = most
    return shown(session, row)


def move_plate(session: Session, plate: str, *, to_id: int, by: str, reason: str, now: datetime) -> Car:
    """Give a plate to the member whose car it is, by an operator who has seen the proof. It spends nobody's points
    until its member says so anew.

    A limit of cars does not hold here. Raises PlateRefused, ReasonRefused, points.NoAccount, points.AccountClosed.
    """
    normal, words = normal_plate(plate), checked_reason(reason)
    had = by_plate(session, normal)
    if had is None:
        points.lock(session, to_id, now=now)
        had, from_id = _new(session, to_id, normal, now=now), None
    else:
        from_id = had.member_id
        if from_id != to_id:
            points.lock_both(session, from_id, to_id, now=now)
            had.member_id, had.most_points = to_id, None
    session.add(VehicleMove(vehicle_id=had.id, from_id=from_id, to_id=to_id, moved_by=by, reason=words, at=now))
    return shown(session, had)


def by_plate(session: Session, plate: str) -> Vehicle | None:
    """The car with a plate in its normal form, read anew; None where no member has it."""
    found = select(Vehicle).where(Vehicle.plate_index == vault(session).index("plate", plate))
    return session.scalar(found.execution_options(populate_existing=True))


def shown(session: Session, row: Vehicle) -> Car:
    """A car as its member may see it."""
    plate = vault(session).open(row.plate_sealed, place(row.id))
    return Car(row.id, mask_plate(plate), row.most_points, row.added_at)


def place(vehicle_id: int) -> str:
    """Where a plate is sealed for; it opens nowhere else."""
    return f"vehicles.plate:{vehicle_id}"


def _rows(session: Session, member_id: int) -> Sequence[Vehicle]:
    mine = select(Vehicle).where(Vehicle.member_id == member_id).order_by(Vehicle.id.desc())
    return session.scalars(mine.limit(10 * MOST_VEHICLES)).all()  # merged members may have more than a newcomer


def _mine(session: Session, member_id: int, vehicle_id: int) -> Vehicle:
    row = session.get(Vehicle, vehicle_id, populate_existing=True)
    if row is None or row.member_id != member_id:
        raise VehicleUnknown
    return row


def _new(session: Session, member_id: int, plate: str, *, now: datetime) -> Vehicle:
    vehicle_id = new_id()
    row = Vehicle(
        id=vehicle_id,
        member_id=member_id,
        plate_index=vault(session).index("plate", plate),
        plate_sealed=vault(session).seal(plate, place(vehicle_id)),
        added_at=now,
    )
    session.add(row)
    return row
