"""Payments that come, members that merge or leave."""

from datetime import datetime, timedelta
from random import SystemRandom
from typing import Final

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend import payments, points
from backend.kit.calendar import day_end, shop_day
from backend.members import MembershipEnding, MembersMerged
from backend.plans import book, queries
from backend.plans.models import PlanOrder
from backend.plans.refunding import end_with_membership
from backend.plans.rules import Span, unused_days
from backend.plans.service import PURPOSE, cancel, locked
from backend.plans.starting import lay, start

log = structlog.get_logger(__name__)

LUCK: Final = SystemRandom()  # a fact brings none, and the codes of coupons are only to be unguessable


def note_paid(session: Session, paid: payments.PaymentSucceeded) -> None:
    """The money for an order has come in: its membership begins. The account is locked."""
    if paid.purpose_kind != PURPOSE:
        return
    account = points.lock(session, paid.member_id, now=paid.at)
    order = locked(session, int(paid.purpose_id))
    rules = book.of_version(session, order.book_version)
    start(session, account, order, remind_days=rules.remind_days, rng=LUCK, now=paid.at)


def note_lapsed(session: Session, closed: payments.PaymentClosed) -> None:
    """Nobody paid for an order in time."""
    if closed.purpose_kind == PURPOSE:
        order = locked(session, int(closed.purpose_id))
        if order.status == "waiting":
            order.status, order.waiting_key = "lapsed", None


def move_plans(session: Session, merged: MembersMerged) -> None:
    """Orders are the survivor's. Of a family of which both had paid time left, the survivor's runs first and the gone
    one's follows on it, with as many days as were left: nothing that was paid for is lost.
    """
    moving = queries.memberships(session, merged.gone_id, now=merged.at)
    lasts = {one.family: one for one in queries.memberships(session, merged.into_id, now=merged.at)}
    for order in moving:
        if (before := lasts.get(order.family)) is not None:
            _line_up(session, order, before, now=merged.at)
            lasts[order.family] = order
    mine = PlanOrder.member_id == merged.gone_id
    session.flush()  # the rows are moved by one statement
    session.execute(update(PlanOrder).where(mine).values(member_id=merged.into_id))


def end_plans(session: Session, ending: MembershipEnding) -> None:
    """Who leaves pays for nothing any more, and what is owed goes back: the last that was bought first."""
    waiting = PlanOrder.member_id == ending.member_id, PlanOrder.status == "waiting"
    for no in session.scalars(select(PlanOrder.no).where(*waiting)).all():
        cancel(session, ending.member_id, no, now=ending.at)
    points.lock(session, ending.member_id, now=ending.at)
    for order in reversed(queries.memberships(session, ending.member_id, now=ending.at)):
        end_with_membership(session, order, rng=LUCK, now=ending.at)


def _line_up(session: Session, order: PlanOrder, before: PlanOrder, *, now: datetime) -> None:
    left = unused_days(order.span.from_on, order.span.last_on, shop_day(now))
    if not left:  # its last day is today: nothing is left to follow on
        return
    from_on, today = before.span.last_on, shop_day(now)
    last_on = from_on + timedelta(days=left)
    later = from_on - max(today, order.span.from_on)
    remind_days = book.of_version(session, order.book_version).remind_days
    lay(order, Span(from_on, last_on, last_on, 0), starts_at=day_end(from_on), remind_days=remind_days)
    order.gifts_from_on = (order.gifts_from_on or today) + later
    if order.gift_at is not None:  # what comes with its months waits as long as they do
        order.gift_at += later
