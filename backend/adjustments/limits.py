"""What an operator may let move: within one go, and within what is left of the shop day."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sqlalchemy.orm import Session

from backend import operators
from backend.adjustments import book
from backend.adjustments.book import AdjustmentBook, Allowance
from backend.adjustments.models import OperatorUsage
from backend.kit.calendar import shop_day

Kind = Literal["adjust", "approve", "grant", "approve_grant"]


@dataclass(frozen=True)
class Desk:
    """An operator at work at one instant, with the rules in force. The operator's row is locked."""

    login: str
    role: str
    version: int
    book: AdjustmentBook
    day: date

    def allowance(self, kind: Kind) -> Allowance:
        """What this operator may let move of a kind."""
        found: Allowance = getattr(self.book.allowances(self.login, self.role), kind)
        return found

    def covers(self, kind: Kind, points: int) -> bool:
        """Whether so many points are within what this operator may let move in one go."""
        return points <= self.allowance(kind).each


def desk(session: Session, login: str, *, now: datetime, locked: bool = True) -> Desk:
    """The desk of an active operator, locked until the transaction ends: whoever moves points locks the account before.
    Who only looks need not lock.

    Raises operators.OperatorUnknown, operators.OperatorInactive.
    """
    operator = operators.acting(session, login, locked=locked)
    version, rules = book.live(session, now=now)
    return Desk(operator.login, operator.role, version, rules, shop_day(now))


def use(session: Session, at: Desk, kind: Kind, points: int) -> bool:
    """Count points against the operator's day if the allowance holds them; False, and nothing counted, if not."""
    if not at.covers(kind, points):
        return False
    usage = session.get(OperatorUsage, (at.login, at.day, kind), populate_existing=True)
    if usage is None:
        usage = OperatorUsage(login=at.login, day=at.day, allowance=kind, points=0)
        session.add(usage)
    if usage.points + points > at.allowance(kind).day:
        return False
    usage.points += points
    return True
