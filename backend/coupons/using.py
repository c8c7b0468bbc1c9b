"""Coupons on bills: what a quote says of them, and their redemption with the purchase, in its transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, update
from sqlalchemy.orm import Session

from backend import stores
from backend.coupons.choosing import Choice, Refused, as_told, best
from backend.coupons.definition import DISCOUNTS
from backend.coupons.errors import CouponUnknown
from backend.coupons.facts import CouponRedeemed
from backend.coupons.models import Coupon, Redemption
from backend.coupons.pricing import Bill, Priced
from backend.coupons.refusals import CouponUsed
from backend.coupons.scoping import Ticket, unfit
from backend.coupons.tickets import Order, coupons_known, coupons_named, hindrance, ready_coupons, tickets
from backend.kit.calendar import shop_day
from backend.kit.facts import announce
from backend.kit.ids import new_id
from config import policy

REDEEMABLE = ("ready", "sent", "expired")  # what is late or was not accepted; whether it may be is judged before


@dataclass(frozen=True)
class Redeemed:
    """A bill with its coupons, and their redemptions in the order of `priced.uses`."""

    priced: Priced
    redemptions: tuple[Redemption, ...]


@dataclass(frozen=True)
class Worth:
    """What a coupon took off, and what the goods in its scope had cost."""

    goods_fen: int = 0
    discount_fen: int = 0


def judged_at(redeemed_at: datetime, now: datetime) -> datetime:
    """The instant by which a use is judged that is reported now: its own, or the earliest that tills may report."""
    return max(redeemed_at, now - policy.COUPON_LATEST_REPORT)


def usable(session: Session, member_id: int, *, store_id: int, now: datetime) -> list[Ticket]:
    """A member's coupons that nothing hinders at a store now, whatever is bought; soonest to expire first."""
    mine = ready_coupons(session, member_id, now=now)
    if not mine:
        return []
    store, order = stores.get_store(session, store_id), Order(store_id, now)
    free, _ = _sorted_out(mine, tickets(session, mine), order, now=now)
    return [ticket for ticket in free if unfit(ticket, store_code=store.code, at=now) is None]


def quote_best(session: Session, member_id: int, bill: Bill, *, order: Order, now: datetime) -> Choice:
    """The member's coupons that serve best on a bill, and why others are not used; writes nothing."""
    mine = ready_coupons(session, member_id, now=now)
    told = [ticket for ticket in tickets(session, mine) if isinstance(ticket.definition.worth, DISCOUNTS)]
    free, refused = _sorted_out(mine, told, order, now=now)
    choice = best(bill, free)
    return Choice(choice.priced, (*choice.refused, *refused))


def quote_named(
    session: Session, member_id: int, bill: Bill, codes: Sequence[str], *, order: Order, now: datetime
) -> Choice:
    """A bill with the coupons of these codes, and why some of them are not taken; writes nothing."""
    wanted = list(dict.fromkeys(codes))
    mine = coupons_known(session, member_id, wanted)
    known = {coupon.code for coupon in mine}
    free, refused = _sorted_out(mine, tickets(session, mine), order, now=now)
    choice = as_told(bill, free)
    unknown = tuple(Refused(code, None, CouponUnknown()) for code in wanted if code not in known)
    return Choice(choice.priced, (*choice.refused, *refused, *unknown))


def redeem_on_bill(
    session: Session, member_id: int, bill: Bill, codes: Sequence[str], *, order: Order, now: datetime
) -> Redeemed:
    """Redeem a member's coupons for an order whose bill this is; the member's account is locked.

    Raises CouponTwice, CouponUnknown, and what hinders or refuses one of them, by the name that a quote gives it; then
    nothing has changed.
    """
    mine = coupons_named(session, member_id, codes)
    told = tickets(session, mine)
    for coupon, ticket in zip(mine, told, strict=True):
        if (why := hindrance(coupon, ticket.name, order, now=now)) is not None:
            raise why
    choice = as_told(bill, told)
    if choice.refused:
        raise choice.refused[0].why
    priced = choice.priced
    by_id = {coupon.id: coupon for coupon in mine}
    made = tuple(
        redemption(by_id[use.ticket.id], use.ticket, order, Worth(use.goods_fen, use.discount_fen), now=now)
        for use in priced.uses
    )
    mark_redeemed(session, mine, now=now)
    session.add_all(made)
    for use, one in zip(priced.uses, made, strict=True):
        tell_redeemed(session, one, use.ticket.name)
    return Redeemed(priced, made)


def mark_redeemed(session: Session, coupons: Sequence[Coupon], *, now: datetime) -> None:
    """Let coupons be redeemed, all of them or none. Raises CouponUsed where one was redeemed meanwhile."""
    change = (
        update(Coupon)
        .where(Coupon.id.in_([coupon.id for coupon in coupons]), Coupon.status.in_(REDEEMABLE))
        .values(
            status="redeemed",
            redemptions=Coupon.redemptions + 1,
            held_store_id=None,
            held_order_no=None,
            held_until=None,
            sent_until=None,
            ended_at=now,
        )
    )
    result = session.execute(change, execution_options={"synchronize_session": False})
    if cast("CursorResult[Any]", result).rowcount != len(coupons):
        raise CouponUsed(name="优惠券")
    for coupon in coupons:
        session.expire(coupon)


def redemption(coupon: Coupon, ticket: Ticket, order: Order, worth: Worth, *, now: datetime) -> Redemption:
    """The redemption of a coupon that has not been marked yet; at the price of its version, or at what it took off."""
    cost = ticket.definition.cost
    return Redemption(
        id=new_id(),
        coupon_id=coupon.id,
        turn=coupon.redemptions + 1,
        member_id=coupon.member_id,
        template_id=coupon.template_id,
        version=coupon.version,
        store_id=order.store_id,
        order_no=order.order_no,
        discount_fen=worth.discount_fen,
        goods_fen=worth.goods_fen,
        settlement_fen=worth.discount_fen if cost.settlement_fen is None else cost.settlement_fen,
        bearer=cost.bearer,
        brand=cost.brand,
        redeemed_at=order.at,
        redeemed_on=shop_day(order.at),
        recorded_at=now,
    )


def tell_redeemed(session: Session, made: Redemption, name: str) -> None:
    """Announce a redemption."""
    fact = CouponRedeemed(
        member_id=made.member_id,
        redemption_id=made.id,
        coupon_name=name,
        discount_fen=made.discount_fen,
        store_id=made.store_id,
        at=made.redeemed_at,
        recorded_at=made.recorded_at,
    )
    announce(session, fact)


def _sorted_out(
    mine: Sequence[Coupon], told: Sequence[Ticket], order: Order, *, now: datetime
) -> tuple[list[Ticket], tuple[Refused, ...]]:
    """Those that nothing hinders, and the others with what does."""
    by_id = {coupon.id: coupon for coupon in mine}
    judged = [(ticket, hindrance(by_id[ticket.id], ticket.name, order, now=now)) for ticket in told]
    refused = tuple(Refused(ticket.code, ticket, why) for ticket, why in judged if why is not None)
    return [ticket for ticket, why in judged if why is None], refused
