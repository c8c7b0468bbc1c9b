from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from backend import earning, points, tiers
from backend.checkin.facts import CheckedIn
from backend.checkin.models import CheckIn
from backend.checkin.queries import latest
from backend.checkin.rules import next_streak, reward
from backend.kit.calendar import shop_day
from backend.kit.errors import Conflict
from backend.kit.facts import announce


class AlreadyCheckedIn(Conflict):
    """The member has been here on this shop day."""

    code = "checkin.already-checked-in"
    message = "今天已经签到过了"


@dataclass(frozen=True)
class Visit:
    """Today's check-in: its place in the streak, the points it paid, and the member's balance after it."""

    day: date
    streak: int
    points: int
    balance: int


def check_in(session: Session, member_id: int, *, now: datetime) -> Visit:
    """Record today's visit and give the points and growth value that the rules give for it, once per shop day.

    Raises AlreadyCheckedIn.
    """
    account = points.lock(session, member_id, now=now)
    today, last = shop_day(now), latest(session, member_id)
    # >= and not ==: at midnight a server whose clock is behind meets a visit of its tomorrow
    if last and last.day >= today:
        raise AlreadyCheckedIn
    streak = next_streak(last.day, last.streak, today) if last else 1
    visit = earning.Event("check-in", now, base_points=reward(streak))
    source = points.Source("check-in", today.isoformat())
    paid = earning.award(session, account, visit, source=source, now=now).points
    tiers.count_check_in(session, account, today, now=now)
    session.add(CheckIn(member_id=member_id, day=today, streak=streak, points=paid))
    announce(session, CheckedIn(member_id, today, streak, paid, at=now))
    return Visit(today, streak, paid, account.balance)
