"""Caps and budgets. A member's day is summed under the account's lock; what all members share is a guarded counter."""

from datetime import date
from typing import Final

from sqlalchemy import func, select, update
from sqlalchemy.dialects import mysql, sqlite
from sqlalchemy.orm import Session

from backend.kit.db import is_mysql_family
from backend.kit.guarded import hit_one
from backend.partners.errors import BudgetUsedUp, MemberCapReached, PartnerCapReached
from backend.partners.models import CONFIRMED, OPEN, Counter, Exchange
from backend.partners.rules import Direction, Way

EVER: Final = "ever"


def check_member(
    session: Session, member_id: int, partner_id: int, direction: Direction, way: Way, *, ours: int, day: date
) -> None:
    """Raises MemberCapReached where a member would exchange more on a day than agreed. The account is locked."""
    mine = select(func.sum(Exchange.ours)).where(
        Exchange.member_id == member_id,
        Exchange.partner_id == partner_id,
        Exchange.counted_on == day,
        Exchange.direction == direction,
        Exchange.status.in_((*OPEN, CONFIRMED)),
    )
    used = int(session.scalar(mine) or 0)  # a DECIMAL on MariaDB
    if used + ours > way.member_day:
        raise MemberCapReached(left=max(0, way.member_day - used))


def take(session: Session, partner_id: int, direction: Direction, way: Way, *, ours: int, day: date) -> None:
    """Count points against the partner's day and its budget; taken last, for all members wait for these rows.

    Raises PartnerCapReached, BudgetUsedUp.
    """
    if not _take(session, partner_id, _of_day(direction, day), ours, way.partner_day):
        raise PartnerCapReached
    if not _take(session, partner_id, _of_ever(direction), ours, way.budget):
        raise BudgetUsedUp


def put_back(session: Session, exchange: Exchange) -> None:
    """An exchange that came to nothing counts no more."""
    for what in (_of_day(exchange.direction, exchange.counted_on), _of_ever(exchange.direction)):
        less = update(Counter).where(
            Counter.partner_id == exchange.partner_id, Counter.what == what, Counter.used >= exchange.ours
        )
        if not hit_one(session, less.values(used=Counter.used - exchange.ours)):
            raise RuntimeError(f"more is given back than was counted: {what}")


def _take(session: Session, partner_id: int, what: str, points: int, most: int) -> bool:
    mine = Counter.partner_id == partner_id, Counter.what == what
    taking = update(Counter).where(*mine, Counter.used + points <= most).values(used=Counter.used + points)
    if hit_one(session, taking):
        return True
    _open(session, partner_id, what)
    return hit_one(session, taking)


def _open(session: Session, partner_id: int, what: str) -> None:
    """Make the row of a counter that was never touched; whoever comes second at that waits, and goes on."""
    row = {"partner_id": partner_id, "what": what, "used": 0}
    if is_mysql_family(session):
        session.execute(mysql.insert(Counter).values(row).on_duplicate_key_update(what=what))
    else:
        session.execute(sqlite.insert(Counter).values(row).on_conflict_do_nothing())


def _of_day(direction: str, day: date) -> str:
    return f"{direction}:{day.isoformat()}"


def _of_ever(direction: str) -> str:
    return f"{direction}:{EVER}"
