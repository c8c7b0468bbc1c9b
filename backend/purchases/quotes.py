from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from backend import coupons, points, stores, tiers
from backend.kit.calendar import shop_day
from backend.kit.errors import DomainError, Invalid
from backend.purchases import cash, rules
from backend.purchases.bills import bill_of, chosen, shares_of
from backend.purchases.customer import member_of, standing_of
from backend.purchases.gain import Sale, quote_gain
from backend.purchases.paying import payable_with, terms_of
from backend.purchases.receipts import Basket, Line

LARGEST_BILL_FEN = 10**11


class BillTooLarge(Invalid):
    """The lines add up to more than any bill."""

    code = "purchases.bill-too-large"
    message = "金额超出上限"


@dataclass(frozen=True)
class Quote:
    """What a basket would cost and earn now. `tier` is the member's, `tier_after` the one after buying it.

    `discount_fen` is what the member's price takes off, `choice` tells what each coupon takes off besides and why
    others are not used. Of the bill after that `points_fen` is paid with `points_used`, and `payable_fen` is left to
    pay in money. `points_usable` is the most that may be used, `why_fewer` the reason why those are not all the member
    has. The points that it earns can be used from `settles_on`; None is at once.
    """

    total_fen: int
    discount_fen: int
    choice: coupons.Choice
    payable_fen: int
    points_used: int
    points_fen: int
    points_usable: int
    why_fewer: DomainError | None
    points: int
    growth: int
    tier: tiers.Tier | None
    tier_after: tiers.Tier | None
    settles_on: date | None


@dataclass(frozen=True)
class _Part:
    """The part of a bill that points pay, and how many could."""

    fen: int
    usable: cash.Usable


def quote(session: Session, basket: Basket, *, store_id: int, now: datetime) -> Quote:
    """What a basket would cost and earn now; writes nothing.

    Paying `payable_fen` and the points for it gives these numbers, and what `record` would refuse of it is refused by
    the same name; a coupon that is not taken is told of, and is refused by that name in a purchase. Raises
    BillTooLarge, members.MemberUnknown, members.Blocked, members.Closed, coupons.CouponNeedsMember, what cash.agree
    raises, points.Frozen, points.Insufficient.
    """
    total = checked_sum(basket.lines)
    member = member_of(session, basket.member_id)
    standing = standing_of(session, member, now=now)
    if member is None or standing is None:
        return _without_member(total, basket)
    store = stores.get_store(session, store_id)
    bill = bill_of(basket.lines, store, standing.tier, at=now, with_points=bool(basket.points_to_use))
    choice = chosen(session, member.id, bill, basket, store_id=store_id, now=now)
    part = _part(session, member.id, basket, standing.tier, choice.priced, store_id=store_id, now=now)
    left, (costs, most, _) = sum(choice.priced.costs), shares_of(bill, choice.priced)
    payable = left - part.fen
    shares = rules.share_of_payment(payable, part.fen, costs, most)
    sale = Sale(store, now, basket.lines, [money for money, _ in shares])
    gain = quote_gain(session, member.id, standing, sale, now=now)
    settles_at = rules.settles_at(shop_day(now), store.return_days)
    return Quote(
        total_fen=total,
        discount_fen=total - left - choice.priced.coupon_fen,
        choice=choice,
        payable_fen=payable,
        points_used=basket.points_to_use or 0,
        points_fen=part.fen,
        points_usable=part.usable.points,
        why_fewer=part.usable.why_fewer,
        points=gain.points,
        growth=gain.growth,
        tier=standing.tier,
        tier_after=gain.tier,
        settles_on=shop_day(settles_at) if settles_at and gain.points else None,
    )


def checked_sum(lines: tuple[Line, ...]) -> int:
    """What the lines cost together. Raises BillTooLarge."""
    total = sum(line.amount_fen for line in lines)
    if total > LARGEST_BILL_FEN:
        raise BillTooLarge
    return total


def _without_member(total_fen: int, basket: Basket) -> Quote:
    if basket.points_to_use:
        raise cash.CashNeedsMember
    if basket.coupon_codes:
        raise coupons.CouponNeedsMember
    return Quote(
        total_fen=total_fen,
        discount_fen=0,
        choice=coupons.NO_CHOICE,
        payable_fen=total_fen,
        points_used=0,
        points_fen=0,
        points_usable=0,
        why_fewer=cash.CashNeedsMember(),
        points=0,
        growth=0,
        tier=None,
        tier_after=None,
        settles_on=None,
    )


def _part(
    session: Session,
    member_id: int,
    basket: Basket,
    tier: tiers.Tier,
    priced: coupons.Priced,
    *,
    store_id: int,
    now: datetime,
) -> _Part:
    """What points pay of the bill, as `pay` would take them."""
    if (excluded := coupons.excludes_points(priced)) is not None:
        return _Part(0, cash.Usable(0, excluded))
    wanted, terms, bill_fen = basket.points_to_use or 0, terms_of(session, tier.code, now=now), sum(priced.costs)
    fen = cash.agree(terms, wanted, bill_fen=bill_fen) if wanted else 0
    try:
        there_are = payable_with(session, member_id, store_id=store_id, order_no=basket.order_no, now=now)
    except points.Frozen as why:
        if wanted:
            raise
        return _Part(0, cash.Usable(0, why))
    if wanted > there_are:
        raise points.Insufficient(available=there_are)
    return _Part(fen, cash.usable(terms, bill_fen=bill_fen, available=there_are))
