"""A membership that is paid begins, and what comes with its months."""

from datetime import datetime, timedelta
from random import Random
from typing import Final

import structlog
from sqlalchemy.orm import Session

from backend import coupons, points, tiers
from backend.kit.calendar import add_months, day_end, day_start, shop_day
from backend.kit.facts import announce
from backend.plans import queries, rules
from backend.plans.facts import PlanEnded, PlanRenewalDue, PlanStarted
from backend.plans.models import PlanOrder

log = structlog.get_logger(__name__)

SOURCE: Final = "plan"
OVERLAP: Final = timedelta(days=2)
"""So much longer than its month a paid month counts for the tier, so that the next joins on though a job is late."""


def start(
    session: Session, account: points.Account, order: PlanOrder, *, remind_days: int, rng: Random, now: datetime
) -> None:
    """Let a paid order begin now, or follow on the last of its family; give what comes at once, and tell."""
    plan, last = order.plan, queries.last_of_family(session, order.member_id, order.family, now=now)
    if last is None:
        span, starts_at = rules.first_span(shop_day(now), months=plan.months, days=plan.days), now
    else:
        span = rules.next_span(last.span, months=plan.months, days=plan.days)
        starts_at = day_end(last.span.last_on)
    order.status, order.paid_at, order.waiting_key = "paid", now, None
    lay(order, span, starts_at=starts_at, remind_days=remind_days)
    order.days, order.gifts_from_on = span.days, span.from_on
    order.gift_at = starts_at if plan.gives_by_month or plan.welcome_coupons else None
    session.flush()  # what comes with it is found by it
    give(session, account, order, rng=rng, now=now)
    started = PlanStarted(order.member_id, order.no, plan.name, last is not None, span.last_on, at=now)
    announce(session, started)


def lay(order: PlanOrder, span: rules.Span, *, starts_at: datetime, remind_days: int) -> None:
    """Write down for which days an order is good, and when its member is told."""
    order.from_on, order.last_on = span.from_on, span.last_on
    order.anchor_on, order.anchor_months = span.anchor_on, span.months
    order.starts_at, order.ends_at = starts_at, day_end(span.last_on)
    order.remind_at = max(day_start(span.last_on - timedelta(days=remind_days)), starts_at)
    order.farewell_at = order.ends_at


def give(session: Session, account: points.Account, order: PlanOrder, *, rng: Random, now: datetime) -> int:
    """Give what comes with the months that have begun, each once; answers how many coupons."""
    plan, given = order.plan, 0
    while order.gift_at is not None and order.gift_at <= now and order.status == "paid":
        number = order.gifts
        codes = {*plan.monthly_coupons, *(() if number else plan.welcome_coupons)}
        given += coupons.promise(session, order.member_id, codes, source=source_of(order, number), rng=rng, now=now)
        order.gifts = number + 1
        order.gift_at = _next_gift_at(order) if plan.gives_by_month else None
        if plan.counts_for_tier:
            _count_month(session, account, order, number, now=now)
    return given


def tend(session: Session, order_id: int, *, rng: Random, now: datetime) -> bool:
    """Do what is due for an order: gifts of months, the reminder once, the goodbye once. True where something was."""
    member_id = session.get_one(PlanOrder, order_id).member_id
    account = points.lock(session, member_id, now=now)
    order = session.get_one(PlanOrder, order_id, with_for_update=True, populate_existing=True)
    if order.status != "paid":
        order.gift_at = order.remind_at = order.farewell_at = None
        return False
    given = give(session, account, order, rng=rng, now=now)
    return _tell(session, order, now=now) or given > 0


def source_of(order: PlanOrder, number: int) -> points.Source:
    """What the coupons of a month are given for."""
    return points.Source(SOURCE, f"{order.id}:{number}")


def _tell(session: Session, order: PlanOrder, *, now: datetime) -> bool:
    name, last_on, told = order.plan.name, order.span.last_on, False
    last = queries.last_of_family(session, order.member_id, order.family, now=now)
    followed = last is not None and last.id != order.id
    if order.remind_at is not None and order.remind_at <= now:
        order.remind_at, told = None, True
        if not followed and order.is_good_at(now):
            announce(session, PlanRenewalDue(order.member_id, order.no, name, order.price_fen, last_on, at=now))
    if order.farewell_at is not None and order.farewell_at <= now:
        order.farewell_at, told = None, True
        if not followed:
            announce(session, PlanEnded(order.member_id, order.no, name, last_on, at=now))
    return told


def _next_gift_at(order: PlanOrder) -> datetime | None:
    """When the next month of an order begins; None where all have."""
    begins_on, months = add_months(order.gifts_from_on or order.span.from_on, order.gifts), order.plan.months
    all_begun = begins_on >= order.span.last_on or (months is not None and order.gifts >= months)
    return None if all_begun else day_start(begins_on)


def _count_month(session: Session, account: points.Account, order: PlanOrder, number: int, *, now: datetime) -> None:
    """Month by month, so that what goes back leaves at most the rest of a month of the tier."""
    ends_at = order.ends_at or now
    until = ends_at if order.gift_at is None else min(order.gift_at + OVERLAP, ends_at)
    if until > now:
        tiers.note_paid_period(session, account, from_at=now, until_at=until, source=source_of(order, number), now=now)
