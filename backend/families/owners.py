"""What becomes of a seat when its member is merged into another one, or leaves."""

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from backend.families.models import Family, Seat, Transfer
from backend.families.queries import seat_of
from backend.families.service import end, locked
from backend.members import MembershipClosed, MembersMerged


def move_seat(session: Session, merged: MembersMerged) -> None:
    """The survivor takes the seat of the gone member, unless it has its own: then the gone one leaves its family.

    What the gone member gave counts for the survivor, today's too.
    """
    gone_id, into_id = merged.gone_id, merged.into_id
    families = _locked_families(session, gone_id, into_id)
    gone, into = seat_of(session, gone_id), seat_of(session, into_id)
    if gone is not None and into is None:
        session.execute(update(Seat).where(Seat.member_id == gone_id).values(member_id=into_id))
        _pass_on(families[gone.family_id], gone_id, into_id)
    elif gone is not None and into is not None and gone.family_id == into.family_id:
        session.delete(gone)
        _pass_on(families[gone.family_id], gone_id, into_id)
    elif gone is not None:
        _vacate(session, families[gone.family_id], gone)
    for side in (Transfer.giver_id, Transfer.taker_id):
        session.execute(update(Transfer).where(side == gone_id).values({side: into_id}))


def give_up_seat(session: Session, closed: MembershipClosed) -> None:
    """Who leaves the house leaves the family; it passes from its owner to who joined it next, or ends with its last."""
    families = _locked_families(session, closed.member_id)
    seat = seat_of(session, closed.member_id)
    if seat is not None:
        _vacate(session, families[seat.family_id], seat)


def _locked_families(session: Session, *member_ids: int) -> dict[int, Family]:
    """The families of some members, locked in the order of their ids. Seats cannot change then."""
    found = session.scalars(select(Seat.family_id).where(Seat.member_id.in_(member_ids)).distinct()).all()
    return {family_id: family for family_id in sorted(found) if (family := locked(session, family_id)) is not None}


def _pass_on(family: Family, from_id: int, to_id: int) -> None:
    if family.owner_id == from_id:
        family.owner_id = to_id


def _vacate(session: Session, family: Family, seat: Seat) -> None:
    leaver_id = seat.member_id
    session.execute(delete(Seat).where(Seat.member_id == leaver_id))
    rest = select(Seat.member_id).where(Seat.family_id == family.id).order_by(Seat.joined_at, Seat.member_id).limit(1)
    heir_id = session.scalar(rest)
    if heir_id is None:
        end(session, family)
    else:
        _pass_on(family, leaver_id, heir_id)
