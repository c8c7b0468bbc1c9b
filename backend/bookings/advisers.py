"""Dedicated advisers: one named person for each member whose tier carries one."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import benefits, points, stores
from backend.benefits import checked_reason
from backend.bookings.errors import AdviserUnknown, SameAdviser, StaffNotOfStore
from backend.bookings.facts import AdviserChanged
from backend.bookings.models import Adviser, Calendar
from backend.bookings.planning import phone_place
from backend.kit.facts import announce
from backend.kit.ids import new_id
from backend.kit.pii import vault


@dataclass(frozen=True)
class Advising:
    """Who advises a member, as the member sees it; `phone` is the work phone, where the house has told one."""

    name: str = field(repr=False)
    phone: str | None = field(repr=False)
    store_name: str
    since: datetime


def assign(session: Session, member_id: int, staff_id: int, *, by: str, reason: str, now: datetime) -> Adviser:
    """Give a member an adviser, in place of an earlier one; the same one again changes nothing.

    Raises benefits.NotEntitled for a tier that carries none, StaffNotOfStore for who advises nobody, ReasonRefused.
    """
    words = checked_reason(reason)
    points.lock(session, member_id, now=now)
    if not carries_one(session, member_id, now=now):
        raise benefits.NotEntitled
    check_advises(session, staff_id)
    current = current_of(session, member_id)
    if current is not None and current.staff_id == staff_id:
        return current
    return _give(session, member_id, staff_id, current, by=by, reason=words, now=now)


def take_away(session: Session, member_id: int, *, now: datetime) -> None:
    """Let a member have no adviser any more. Raises AdviserUnknown."""
    points.lock(session, member_id, now=now)
    current = current_of(session, member_id)
    if current is None:
        raise AdviserUnknown
    finish(current, now)


def hand_over(session: Session, from_id: int, to_id: int, *, by: str, reason: str, limit: int, now: datetime) -> int:
    """Let the next members of an adviser have another one, up to `limit` of them; returns how many. Done when it is
    none: it may be stopped anywhere and gone on with. Members are told. Raises SameAdviser, StaffNotOfStore,
    ReasonRefused.
    """
    words = checked_reason(reason)
    if from_id == to_id:
        raise SameAdviser
    check_advises(session, to_id)
    moved = 0
    for member_id in advised(session, from_id, limit=limit):
        points.lock(session, member_id, now=now)  # in the order of their ids
        current = current_of(session, member_id)
        if current is not None and current.staff_id == from_id:
            _give(session, member_id, to_id, current, by=by, reason=words, now=now)
        moved += 1
    return moved


def advised(session: Session, staff_id: int, *, after_id: int = 0, limit: int) -> Sequence[int]:
    """Whom somebody advises, by id, from behind one on."""
    mine = select(Adviser.adviser_of).where(Adviser.staff_id == staff_id, Adviser.adviser_of > after_id)
    return [one for one in session.scalars(mine.order_by(Adviser.adviser_of).limit(limit)) if one is not None]


def adviser_of(session: Session, member_id: int, *, now: datetime) -> Advising:
    """A member's adviser. An assignment sleeps while the tier carries none. Raises AdviserUnknown."""
    current = current_of(session, member_id)
    if current is None or not carries_one(session, member_id, now=now):
        raise AdviserUnknown
    calendar = session.get_one(Calendar, current.staff_id)
    sealed = calendar.phone_sealed
    return Advising(
        name=stores.staff_names(session, [current.staff_id])[current.staff_id],
        phone=vault(session).open(sealed, phone_place(current.staff_id)) if sealed else None,
        store_name=_store_of(session, current.staff_id).name,
        since=current.from_at,
    )


def carries_one(session: Session, member_id: int, *, now: datetime) -> bool:
    """Whether the member's tier carries an adviser today."""
    found = benefits.catalogue(session, member_id, now=now)
    return any(one.benefit.kind == "adviser" and one.mine is not None for one in found.benefits)


def current_of(session: Session, member_id: int) -> Adviser | None:
    """The assignment that lasts, read anew."""
    mine = select(Adviser).where(Adviser.adviser_of == member_id)
    return session.scalar(mine.execution_options(populate_existing=True))


def check_advises(session: Session, staff_id: int) -> None:
    """Raises StaffNotOfStore for who has no calendar, or has left."""
    calendar = session.get(Calendar, staff_id, populate_existing=True)
    if calendar is None or calendar.left_at is not None:
        raise StaffNotOfStore


def finish(current: Adviser, now: datetime) -> None:
    """Let an assignment be over."""
    current.adviser_of, current.until_at = None, now


def _give(
    session: Session, member_id: int, staff_id: int, current: Adviser | None, *, by: str, reason: str, now: datetime
) -> Adviser:
    if current is not None:
        finish(current, now)
        session.flush()  # a member has one at a time
    made = Adviser(
        id=new_id(),
        member_id=member_id,
        adviser_of=member_id,
        staff_id=staff_id,
        from_at=now,
        assigned_by=by,
        reason=reason,
    )
    session.add(made)
    session.flush()
    announce(session, AdviserChanged(member_id, made.id, _store_of(session, staff_id).name, now))
    return made


def _store_of(session: Session, staff_id: int) -> stores.Store:
    return stores.get_store(session, session.get_one(stores.Staff, staff_id).store_id)
