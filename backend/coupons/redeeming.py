"""Coupons that take nothing off a bill: staff redeem them by themselves, and take that back."""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import points, stores
from backend.coupons import queries
from backend.coupons.definition import DISCOUNTS, Shipping
from backend.coupons.errors import CouponCodeInvalid, CouponUnknown
from backend.coupons.models import CODE_LENGTH, Coupon, Redemption
from backend.coupons.refusals import OnlyForBills
from backend.coupons.returning import Cause, give_back
from backend.coupons.scoping import Ticket, unfit
from backend.coupons.tickets import Order, hindrance, tickets
from backend.coupons.till_codes import CODES, coupon_of_code, use_code
from backend.coupons.using import Worth, judged_at, mark_redeemed, redemption, tell_redeemed
from backend.kit.errors import Conflict, Invalid, NotFound


class RefReused(Conflict):
    """The store redeemed another coupon under this number before."""

    code = "coupons.ref-reused"
    message = "该核销单号已用于其他优惠券"


class RedemptionUnknown(NotFound):
    """The store has made no such redemption."""

    code = "coupons.redemption-unknown"
    message = "没有找到该核销记录"


class ReturnedWithGoods(Conflict):
    """The coupon was used on a bill: it goes back when the goods do."""

    code = "coupons.returned-with-goods"
    message = "该券用于结账，请通过退货退回"


class FeeNeeded(Invalid):
    """A coupon for a shipping fee is told what the fee is."""

    code = "coupons.fee-needed"
    message = "运费券须填写运费金额"


@dataclass(frozen=True)
class Shown:
    """What a till was shown: the rotating code of a phone, or the coupon's own digits.

    `ref` is the till's own number for it, unique in its store; `fee_fen` is what shipping costs.
    """

    code: str
    ref: str
    fee_fen: int | None = None


@dataclass(frozen=True)
class Done:
    """A redemption, of which coupon, and whether this call has made it."""

    redemption: Redemption
    coupon: Coupon
    ticket: Ticket
    created: bool


def redeem(session: Session, shown: Shown, *, order: Order, key: bytes, now: datetime) -> Done:
    """Redeem what was shown, once: the same number again is answered with what was done.

    `order` says where and when; by that instant it is judged. Raises CouponUnknown for unknown, foreign, old and used
    codes alike, RefReused, OnlyForBills, FeeNeeded, and what hinders or refuses the coupon at that store then.
    """
    if (earlier := _earlier(session, shown, order, key=key, now=now)) is not None:
        return earlier
    found = coupon_shown(session, shown.code, key=key, at=order.at)
    points.lock(session, found.member_id, now=now)
    if (earlier := _earlier(session, shown, order, key=key, now=now)) is not None:
        return earlier
    coupon = queries.locked(session, found.id)
    (ticket,) = tickets(session, [coupon])
    store = stores.get_store(session, order.store_id)
    why = hindrance(coupon, ticket.name, order, now=now)
    why = why or unfit(ticket, store_code=store.code, at=judged_at(order.at, now))
    if why is not None:
        raise why
    made = redemption(coupon, ticket, order, _worth(ticket, shown.fee_fen), now=now)
    made.ref = shown.ref
    if len(shown.code) != CODE_LENGTH:
        use_code(session, shown.code, now=now)
    mark_redeemed(session, [coupon], now=now)
    session.add(made)
    session.flush()  # a number that was used meanwhile is met before anyone is told
    tell_redeemed(session, made, ticket.name)
    return Done(made, coupon, ticket, created=True)


def reverse(session: Session, redemption_id: int, *, store_id: int, reason: str, now: datetime) -> Done:
    """Take a redemption back that the store made without a purchase: the coupon is ready again, or has expired.

    Again, it changes nothing. Raises RedemptionUnknown, ReturnedWithGoods.
    """
    member_id = session.scalar(
        select(Redemption.member_id).where(Redemption.id == redemption_id, Redemption.store_id == store_id)
    )
    if member_id is None:
        raise RedemptionUnknown
    with suppress(points.AccountClosed):
        points.lock(session, member_id, now=now)
    made = session.get_one(Redemption, redemption_id, with_for_update=True, populate_existing=True)
    if made.order_no is not None:
        raise ReturnedWithGoods
    if made.reversed_at is not None:
        return _done(session, made)
    coupon = queries.locked(session, made.coupon_id)
    give_back(session, made, coupon, Cause("reversal", made.id, reason), returned_fen=made.discount_fen, now=now)
    return replace(_done(session, made), created=True)


def coupon_shown(session: Session, code: str, *, key: bytes, at: datetime) -> Coupon:
    """The coupon with these digits, or for which a phone showed this code at an instant. Raises CouponUnknown."""
    if len(code) == CODE_LENGTH:
        found = session.scalar(select(Coupon).where(Coupon.code == code))
        if found is None:
            raise CouponUnknown
        return found
    try:
        return coupon_of_code(session, code, key, at)
    except CouponCodeInvalid as error:
        raise CouponUnknown from error


def made_as(session: Session, store_id: int, ref: str) -> Redemption | None:
    """What a store redeemed under this number of its own."""
    return session.scalar(select(Redemption).where(Redemption.store_id == store_id, Redemption.ref == ref))


def _earlier(session: Session, shown: Shown, order: Order, *, key: bytes, now: datetime) -> Done | None:
    """What was done under this number before; a repeat may show the old code, or the one that the phone shows now."""
    made = made_as(session, order.store_id, shown.ref)
    if made is None:
        return None
    done = _done(session, made)
    meant = {CODES.number_of(shown.code, key, at) for at in (made.redeemed_at, now)}
    if done.coupon.code not in {shown.code, *meant}:
        raise RefReused
    return done


def _done(session: Session, made: Redemption) -> Done:
    coupon = session.get_one(Coupon, made.coupon_id)
    (ticket,) = tickets(session, [coupon])
    return Done(made, coupon, ticket, created=False)


def _worth(ticket: Ticket, fee_fen: int | None) -> Worth:
    worth = ticket.definition.worth
    if isinstance(worth, DISCOUNTS):
        raise OnlyForBills(name=ticket.name)
    if not isinstance(worth, Shipping):
        return Worth()
    if fee_fen is None:
        raise FeeNeeded
    return Worth(fee_fen, fee_fen if worth.most_fen is None else min(fee_fen, worth.most_fen))
