from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from backend.kit.calendar import shop_day
from backend.plans.book import Plan
from backend.plans.errors import OrderUnknown
from backend.plans.models import PlanOrder
from backend.plans.rules import first_span, next_span


def order(session: Session, no: str, *, member_id: int | None = None) -> PlanOrder:
    """An order by its number, a member's own where told. Raises OrderUnknown."""
    found = session.scalar(select(PlanOrder).where(PlanOrder.no == no))
    if found is None or member_id not in (None, found.member_id):
        raise OrderUnknown
    return found


def orders(session: Session, member_id: int, *, before_id: int | None = None, limit: int) -> Sequence[PlanOrder]:
    """A member's orders, newest first, from before an id on."""
    mine = select(PlanOrder).where(PlanOrder.member_id == member_id).order_by(PlanOrder.id.desc()).limit(limit)
    return session.scalars(mine if before_id is None else mine.where(PlanOrder.id < before_id)).all()


def memberships(session: Session, member_id: int, *, now: datetime) -> Sequence[PlanOrder]:
    """What a member has paid for and is not over, the soonest to end first."""
    mine = PlanOrder.member_id == member_id, PlanOrder.ends_at > now, PlanOrder.status == "paid"
    return session.scalars(select(PlanOrder).where(*mine).order_by(PlanOrder.ends_at, PlanOrder.id)).all()


def benefits_of(session: Session, member_id: int, *, now: datetime) -> frozenset[str]:
    """Codes of the benefits that a member's memberships give at an instant, as they were sold. One statement."""
    good = (one for one in memberships(session, member_id, now=now) if one.is_good_at(now))
    return frozenset(code for one in good for code in one.plan.benefits)


def waiting_refunds(session: Session, *, before_id: int | None = None, limit: int) -> Sequence[PlanOrder]:
    """Orders whose money has not gone back yet, newest first, from before an id on."""
    rows = select(PlanOrder).where(PlanOrder.status == "refunding").order_by(PlanOrder.id.desc()).limit(limit)
    return session.scalars(rows if before_id is None else rows.where(PlanOrder.id < before_id)).all()


def due(session: Session, *, now: datetime, limit: int) -> Sequence[int]:
    """Ids of orders for which there is something to do."""
    columns = (PlanOrder.gift_at, PlanOrder.remind_at, PlanOrder.farewell_at)
    return session.scalars(select(PlanOrder.id).where(or_(*(one <= now for one in columns))).limit(limit)).all()


def would_be(plan: Plan, mine: Sequence[PlanOrder], *, now: datetime) -> tuple[date, date]:
    """From which day through which a plan would be good, were it bought now beside what its member has."""
    today = shop_day(now)
    last = next((one for one in reversed(mine) if one.family == plan.family), None)
    if last is None:
        return today, first_span(today, months=plan.months, days=plan.days).last_on
    span = next_span(last.span, months=plan.months, days=plan.days)
    return span.from_on + timedelta(days=1), span.last_on


def last_of_family(session: Session, member_id: int, family: str, *, now: datetime) -> PlanOrder | None:
    """What a next membership of a family follows on: the last that is not over."""
    mine = [one for one in memberships(session, member_id, now=now) if one.family == family]
    return mine[-1] if mine else None
