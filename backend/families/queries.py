from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from backend import members
from backend.families import book
from backend.families.errors import NoFamily
from backend.families.models import Family, Seat, Transfer
from backend.kit.calendar import shop_day


@dataclass(frozen=True)
class Relative:
    """A member of a family as the others may see it; points may be given to it from `receives_from` on."""

    member_id: int
    name: str
    is_owner: bool
    joined_at: datetime
    receives_from: datetime


@dataclass(frozen=True)
class Household:
    """A family as one of its members sees it. `left_today`: what that member may still give on this shop day."""

    id: int
    owner_id: int
    made_at: datetime
    rules: book.FamilyBook
    left_today: int
    relatives: tuple[Relative, ...]


@dataclass(frozen=True)
class Passed:
    """A transfer as one of its two sides sees it; `name` is the other one's, masked."""

    id: int
    given: bool
    name: str
    points: int
    at: datetime


def seat_of(session: Session, member_id: int) -> Seat | None:
    """The member's seat as it is now, in whatever family."""
    return session.get(Seat, member_id, populate_existing=True)


def household(session: Session, member_id: int, *, now: datetime) -> Household:
    """The member's family, who joined first first. Raises NoFamily."""
    seat = seat_of(session, member_id)
    family = session.get(Family, seat.family_id) if seat else None
    if family is None:
        raise NoFamily
    rules = book.live(session, now=now)
    seats = select(Seat, members.Member).join(members.Member, members.Member.id == Seat.member_id)
    rows = session.execute(seats.where(Seat.family_id == family.id).order_by(Seat.joined_at, Seat.member_id))
    return Household(
        id=family.id,
        owner_id=family.owner_id,
        made_at=family.made_at,
        rules=rules,
        left_today=max(0, rules.day_cap_points - given_on(session, member_id, shop_day(now))),
        relatives=tuple(
            Relative(
                member_id=one.member_id,
                name=members.masked_name(session, member),
                is_owner=one.member_id == family.owner_id,
                joined_at=one.joined_at,
                receives_from=rules.receives_from(one.joined_at),
            )
            for one, member in rows
        ),
    )


def given_on(session: Session, member_id: int, day: date) -> int:
    """How many points a member has given on a shop day."""
    given = select(func.sum(Transfer.points)).where(Transfer.giver_id == member_id, Transfer.given_on == day)
    return int(session.scalar(given) or 0)  # a sum is a DECIMAL on MariaDB


def transfers(session: Session, member_id: int, *, before_id: int | None = None, limit: int) -> list[Passed]:
    """What a member gave and was given, newest first, beginning below `before_id`."""
    mine = select(Transfer).where(or_(Transfer.giver_id == member_id, Transfer.taker_id == member_id))
    if before_id is not None:
        mine = mine.where(Transfer.id < before_id)
    return seen_by(session, member_id, session.scalars(mine.order_by(Transfer.id.desc()).limit(limit)).all())


def seen_by(session: Session, member_id: int, found: Sequence[Transfer]) -> list[Passed]:
    """Transfers as one of their two sides sees them."""
    names = _names(session, {_other(one, member_id) for one in found})
    return [
        Passed(one.id, one.giver_id == member_id, names[_other(one, member_id)], one.points, one.given_at)
        for one in found
    ]


def _other(transfer: Transfer, member_id: int) -> int:
    return transfer.taker_id if transfer.giver_id == member_id else transfer.giver_id


def _names(session: Session, member_ids: Iterable[int]) -> dict[int, str]:
    found: Sequence[members.Member] = session.scalars(
        select(members.Member).where(members.Member.id.in_(list(member_ids)))
    ).all()
    return {member.id: members.masked_name(session, member) for member in found}
