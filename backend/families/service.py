"""Who sits in which family. Locks are taken in the order account, family; seats change only under the family's."""

from datetime import datetime
from random import Random

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from backend import points
from backend.families import book
from backend.families.errors import (
    AlreadyInFamily,
    FamilyFull,
    InvitationInvalid,
    NoFamily,
    NotInFamily,
    NotOwner,
    OwnerStays,
    TooManyInvitations,
)
from backend.families.models import CODE_LENGTH, Family, Invitation, Seat
from backend.families.queries import seat_of
from backend.kit.ids import new_id, readable_code


def make(session: Session, member_id: int, *, now: datetime) -> Family:
    """Make a family, whose owner and first member is who makes it. Raises AlreadyInFamily."""
    points.lock(session, member_id, now=now)
    if seat_of(session, member_id) is not None:
        raise AlreadyInFamily
    family = Family(id=new_id(), owner_id=member_id, made_at=now)
    session.add(family)
    session.flush()  # the seat refers to it
    session.add(Seat(member_id=member_id, family_id=family.id, joined_at=now))
    return family


def invite(session: Session, member_id: int, *, rng: Random, now: datetime) -> Invitation:
    """A code that lets one more member in, once. Raises NoFamily, NotOwner, FamilyFull, TooManyInvitations."""
    points.lock(session, member_id, now=now)
    family, rules = _owned(session, member_id), book.live(session, now=now)
    if _seats(session, family) >= rules.most_members:
        raise FamilyFull(most=rules.most_members)
    session.execute(delete(Invitation).where(Invitation.family_id == family.id, Invitation.expires_at <= now))
    still_open = select(func.count()).select_from(Invitation).where(Invitation.family_id == family.id)
    if (session.scalar(still_open) or 0) >= rules.most_members:
        raise TooManyInvitations
    invitation = Invitation(
        code=readable_code(rng, CODE_LENGTH), family_id=family.id, expires_at=rules.invitation_ends(now)
    )
    session.add(invitation)
    return invitation


def join(session: Session, member_id: int, *, code: str, now: datetime) -> Family:
    """Take a seat in the family that an invitation is for. Raises AlreadyInFamily, InvitationInvalid, FamilyFull."""
    points.lock(session, member_id, now=now)
    if seat_of(session, member_id) is not None:
        raise AlreadyInFamily
    family, invitation = _opened_by(session, code, now)
    rules = book.live(session, now=now)
    if _seats(session, family) >= rules.most_members:
        raise FamilyFull(most=rules.most_members)
    session.delete(invitation)
    session.add(Seat(member_id=member_id, family_id=family.id, joined_at=now))
    return family


def leave(session: Session, member_id: int, *, leaver_id: int, now: datetime) -> None:
    """Give up one's seat; the owner may take away another's. Raises NoFamily, NotInFamily, NotOwner, OwnerStays."""
    points.lock(session, member_id, now=now)
    family = _mine(session, member_id)
    seat = seat_of(session, leaver_id)
    if seat is None or seat.family_id != family.id:
        raise NotInFamily
    if member_id not in {leaver_id, family.owner_id}:
        raise NotOwner
    if leaver_id == family.owner_id:
        raise OwnerStays
    session.delete(seat)


def dissolve(session: Session, member_id: int, *, now: datetime) -> None:
    """End a family; what was given stays given. Raises NoFamily, NotOwner."""
    points.lock(session, member_id, now=now)
    end(session, _owned(session, member_id))


def end(session: Session, family: Family) -> None:
    """Delete a family, whose row is locked, with its seats and invitations."""
    for table in (Invitation, Seat):
        session.execute(delete(table).where(table.family_id == family.id))
    session.delete(family)


def locked(session: Session, family_id: int) -> Family | None:
    """The family, its row locked and read anew; None when it has been dissolved."""
    return session.get(Family, family_id, with_for_update=True, populate_existing=True)


def _opened_by(session: Session, code: str, now: datetime) -> tuple[Family, Invitation]:
    """The family, locked, that an invitation is for, and the invitation. Raises InvitationInvalid."""
    family_id = session.scalar(select(Invitation.family_id).where(Invitation.code == code))
    family = None if family_id is None else locked(session, family_id)
    invitation = session.get(Invitation, code, with_for_update=True, populate_existing=True)
    if family is None or invitation is None or invitation.expires_at <= now:
        raise InvitationInvalid
    return family, invitation


def _mine(session: Session, member_id: int) -> Family:
    """The family of a member, locked. The seat is looked at again: it may have been taken away while we waited."""
    seat = seat_of(session, member_id)
    family = None if seat is None else locked(session, seat.family_id)
    seat = seat_of(session, member_id)
    if family is None or seat is None or seat.family_id != family.id:
        raise NoFamily
    return family


def _owned(session: Session, member_id: int) -> Family:
    family = _mine(session, member_id)
    if family.owner_id != member_id:
        raise NotOwner
    return family


def _seats(session: Session, family: Family) -> int:
    return session.scalar(select(func.count()).select_from(Seat).where(Seat.family_id == family.id)) or 0
