"""The price of a membership goes back: for the days that have not begun, less what was used."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend import coupons, members, payments, points
from backend.kit.calendar import shop_day
from backend.kit.facts import announce
from backend.kit.money import yuan
from backend.plans import book, queries, rules
from backend.plans.errors import (
    NothingToRefund,
    NotPaidOut,
    NotRefundable,
    QuoteChanged,
    ReasonRefused,
    RefundLaterFirst,
)
from backend.plans.facts import PlanRefunded
from backend.plans.models import LONGEST_REASON, PlanOrder, PlanUse
from backend.plans.service import PURPOSE, locked
from backend.plans.starting import source_of

KEY = "plan-refund"


@dataclass(frozen=True)
class Wish:
    """Who lets money go back (an operator's login, a till), why, and how much of it was agreed on, if it was."""

    by: str
    reason: str
    expected_fen: int | None = None


def quote_refund(session: Session, no: str, *, now: datetime) -> tuple[PlanOrder, rules.Quote]:
    """What would go back of an order; writes nothing. Raises OrderUnknown, NotRefundable, RefundLaterFirst."""
    order = queries.order(session, no)
    _check(session, order, now=now)
    used = coupons.used_of(session, order.member_id, _sources(order), now=now)
    return order, _quote(session, order, used, now=now)


def refund(session: Session, no: str, wish: Wish, *, rng: Random, now: datetime) -> PlanOrder:
    """End a membership and let its money go back: by WeChat Pay where it came so, else at the counter now.

    Coupons that came with it and are unused are taken back. Again, it answers the same. Raises OrderUnknown,
    NotRefundable, RefundLaterFirst, NothingToRefund, QuoteChanged, ReasonRefused, coupons.CouponHeld.
    """
    if not 1 <= len(wish.reason.strip()) <= LONGEST_REASON:
        raise ReasonRefused
    order = queries.order(session, no)
    account = points.lock(session, order.member_id, now=now)
    order = locked(session, order.id)
    if order.status in {"refunding", "refunded"}:
        return order
    _check(session, order, now=now)
    used = coupons.recall(session, account, _sources(order), now=now)
    back = _quote(session, order, used, now=now)
    if wish.expected_fen not in (None, back.fen):
        raise QuoteChanged(fen=yuan(back.fen))
    if not back.fen:
        raise NothingToRefund
    _end(order, back.fen, wish, now=now)
    if order.method == "wechat":
        payment = payments.for_purpose(session, PURPOSE, str(order.id))
        payments.refund(session, payment, key=KEY, fen=back.fen, reason=wish.reason.strip(), rng=rng, now=now)
    else:
        _done(session, order, now=now)
    return order


def end_with_membership(session: Session, order: PlanOrder, *, rng: Random, now: datetime) -> None:
    """Its member leaves for good: what is owed goes back by WeChat Pay, or waits to be paid out at the counter."""
    used = coupons.used_of(session, order.member_id, _sources(order), now=now)
    back = _quote(session, order, used, now=now)
    _end(order, back.fen, Wish("closure", "会员注销"), now=now)
    if not back.fen:
        order.status, order.refunded_at = "refunded", now
    elif order.method == "wechat":
        payment = payments.for_purpose(session, PURPOSE, str(order.id))
        payments.refund(session, payment, key=KEY, fen=back.fen, reason="会员注销", rng=rng, now=now)


def pay_out(session: Session, no: str, *, by: str, now: datetime) -> PlanOrder:
    """Note that the counter has handed out what was owed to who left. Raises OrderUnknown, NotPaidOut."""
    order = locked(session, queries.order(session, no).id)
    if order.status != "refunding" or order.method == "wechat":
        raise NotPaidOut
    order.status, order.refunded_at, order.refund_by = "refunded", now, by
    return order


def note_refunded(session: Session, back: payments.PaymentRefunded) -> None:
    """WeChat Pay has given the money back."""
    if back.purpose_kind != PURPOSE or back.key != KEY:
        return
    order = locked(session, int(back.purpose_id))
    if order.status == "refunding":
        _done(session, order, now=back.at)


def _check(session: Session, order: PlanOrder, *, now: datetime) -> None:
    if order.status != "paid" or order.ends_at is None or order.ends_at <= now:
        raise NotRefundable
    last = queries.last_of_family(session, order.member_id, order.family, now=now)
    if last is not None and last.id != order.id:
        raise RefundLaterFirst


def _quote(session: Session, order: PlanOrder, used: dict[str, int], *, now: datetime) -> rules.Quote:
    span, today = order.span, shop_day(now)
    uses = select(func.count(), func.coalesce(func.sum(PlanUse.worth_fen), 0))
    count, worth = session.execute(uses.where(PlanUse.order_id == order.id, PlanUse.undone_at.is_(None))).one()
    terms = book.of_version(session, order.book_version)
    thinking = today <= shop_day(order.paid_at or now) + timedelta(days=terms.cooling_off_days)
    return rules.quote(
        order.price_fen,
        days=order.days,
        unused=rules.unused_days(span.from_on, span.last_on, today),
        used_fen=rules.worth(used, order.plan.coupon_values) + int(worth),
        thinking=thinking and not used and not count,
    )


def _sources(order: PlanOrder) -> list[points.Source]:
    return [source_of(order, number) for number in range(max(order.gifts, 1))]


def _end(order: PlanOrder, fen: int, wish: Wish, *, now: datetime) -> None:
    order.status, order.refund_fen, order.refund_at = "refunding", fen, now
    order.refund_by, order.refund_reason = wish.by, wish.reason.strip()
    if order.starts_at is not None and order.ends_at is not None:
        order.ends_at = max(order.starts_at, min(now, order.ends_at))
    order.gift_at = order.remind_at = order.farewell_at = None


def _done(session: Session, order: PlanOrder, *, now: datetime) -> None:
    order.status, order.refunded_at = "refunded", now
    if members.get(session, order.member_id).status != members.CLOSED:  # who has left is told nothing
        fact = PlanRefunded(order.member_id, order.no, order.plan.name, order.refund_fen or 0, order.method, at=now)
        announce(session, fact)
