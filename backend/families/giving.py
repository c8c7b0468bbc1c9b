from datetime import datetime

from sqlalchemy.orm import Session

from backend import points
from backend.families import book
from backend.families.errors import (
    DayCapReached,
    NoFamily,
    NotInFamily,
    NotSettled,
    TooFew,
    ToOneself,
    TransfersOff,
)
from backend.families.models import Transfer
from backend.families.queries import given_on, seat_of
from backend.kit.calendar import shop_day
from backend.kit.ids import new_id


def transfer(session: Session, member_id: int, *, to_member_id: int, amount: int, now: datetime) -> Transfer:
    """Give points to somebody of one's family; each stays good for just as long as it would have been.

    Raises TransfersOff, ToOneself, TooFew, NoFamily, NotInFamily, NotSettled, DayCapReached, and what
    `points.transfer` raises; nothing has changed then.
    """
    rules = book.live(session, now=now)
    if not rules.transfers:
        raise TransfersOff
    if member_id == to_member_id:
        raise ToOneself
    if amount < rules.min_points:
        raise TooFew(least=rules.min_points)
    giver, taker = _both(session, member_id, to_member_id, now=now)
    _check_seats(session, member_id, to_member_id, rules, now=now)
    today = shop_day(now)
    left = rules.day_cap_points - given_on(session, member_id, today)
    if amount > left:
        raise DayCapReached(left=max(0, left))
    given = Transfer(
        id=new_id(), giver_id=member_id, taker_id=to_member_id, points=amount, given_on=today, given_at=now
    )
    points.transfer(session, giver, taker, amount, source_id=given.id, now=now)
    session.add(given)
    return given


def _both(
    session: Session, member_id: int, to_member_id: int, *, now: datetime
) -> tuple[points.Account, points.Account]:
    """Both accounts, locked: of parallel gifts of one member each then sees what the others gave today."""
    try:
        return points.lock_both(session, member_id, to_member_id, now=now)
    except points.NoAccount as error:
        # whether a stranger's number is anybody's is not told
        raise NotInFamily from error


def _check_seats(session: Session, member_id: int, to_member_id: int, rules: book.FamilyBook, *, now: datetime) -> None:
    mine, theirs = seat_of(session, member_id), seat_of(session, to_member_id)
    if mine is None:
        raise NoFamily
    if theirs is None or theirs.family_id != mine.family_id:
        raise NotInFamily
    receives_from = rules.receives_from(theirs.joined_at)
    if now < receives_from:
        raise NotSettled(receives_on=shop_day(receives_from).isoformat())
