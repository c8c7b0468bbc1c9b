"""How the coupons of a template do, by store and day."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session

from backend.coupons import Coupon, Redemption, template
from backend.kit.calendar import day_end, shop_day
from backend.kit.errors import Invalid
from backend.purchases import Purchase
from backend.stores import Store

MOST_DAYS: Final = 400
CLAIMED: Final = "claim"


class DaysRefused(Invalid):
    """Statistics are of 1 to 400 days in their order."""

    code = "insights.days-refused"
    message = "日期须按先后顺序，至多 400 天"


@dataclass(frozen=True)
class CouponDay:
    """A shop day of a template at a store, or (`store` None) what happened at none.

    `issued` (without those taken back) counts the `claimed` too; `expired` those that nobody used. `redeemed` leaves
    out what was reversed, `discount_fen` and `sales_fen` what went back since; sales are the whole bills, each once.
    """

    day: date
    store: str | None
    issued: int = 0
    claimed: int = 0
    expired: int = 0
    redeemed: int = 0
    discount_fen: int = 0
    sales_fen: int = 0


def coupon_statistics(
    session: Session, template_code: str, first: date, last: date, *, now: datetime
) -> list[CouponDay]:
    """The days of a template on which anything happened, in four statements however many coupons there are.

    Raises coupons.TemplateUnknown, DaysRefused.
    """
    if not first <= last < first + timedelta(days=MOST_DAYS):
        raise DaysRefused
    template_id = template(session, template_code).id
    days: dict[tuple[date, str], CouponDay] = {}

    def of(day: date, store: str | None = None) -> CouponDay:
        return days.get((day, store or ""), CouponDay(day, store))

    def note(one: CouponDay) -> None:
        days[one.day, one.store or ""] = one

    for day, issued, claimed in session.execute(_issued(template_id, first, last)):
        note(replace(of(day), issued=issued, claimed=int(claimed)))  # a sum is a DECIMAL on MariaDB
    for until, count in session.execute(_expired(template_id, first, last, now)):
        over = of(shop_day(until - timedelta(microseconds=1)))
        note(replace(over, expired=over.expired + count))
    for day, store, count, discount in session.execute(_redeemed(template_id, first, last)):
        note(replace(of(day, store), redeemed=count, discount_fen=int(discount)))
    for day, store, sales in session.execute(_sales(template_id, first, last)):
        note(replace(of(day, store), sales_fen=int(sales)))
    return [days[key] for key in sorted(days)]


def _issued(template_id: int, first: date, last: date) -> Select[date, int, int]:
    claimed = func.sum(case((Coupon.source_kind == CLAIMED, 1), else_=0))
    rows = select(Coupon.issued_on, func.count(), claimed).where(
        Coupon.template_id == template_id, Coupon.issued_on.between(first, last), Coupon.status != "revoked"
    )
    return rows.group_by(Coupon.issued_on)


def _expired(template_id: int, first: date, last: date, now: datetime) -> Select[datetime, int]:
    until = min(day_end(last), now)
    rows = select(Coupon.valid_until, func.count()).where(
        Coupon.template_id == template_id,
        Coupon.status.in_(("ready", "sent", "expired")),
        Coupon.valid_until > day_end(first - timedelta(days=1)),
        Coupon.valid_until <= until,
    )
    return rows.group_by(Coupon.valid_until)


def _redeemed(template_id: int, first: date, last: date) -> Select[date, str, int, int]:
    kept = func.sum(Redemption.discount_fen - Redemption.returned_fen)
    rows = select(Redemption.redeemed_on, Store.code, func.count(), kept).join(Store, Store.id == Redemption.store_id)
    return rows.where(*_counted(template_id, first, last)).group_by(Redemption.redeemed_on, Store.code)


def _sales(template_id: int, first: date, last: date) -> Select[date, str, int]:
    bills = select(Redemption.redeemed_on, Redemption.store_id, Redemption.order_no).distinct()
    told = bills.where(*_counted(template_id, first, last), Redemption.order_no.is_not(None)).subquery()
    kept = func.sum(Purchase.paid_fen + Purchase.points_fen - Purchase.refunded_fen)
    rows = select(told.c.redeemed_on, Store.code, kept).join(Store, Store.id == told.c.store_id)
    of_order = (Purchase.store_id == told.c.store_id) & (Purchase.order_no == told.c.order_no)
    return rows.join(Purchase, of_order).group_by(told.c.redeemed_on, Store.code)


def _counted(template_id: int, first: date, last: date) -> tuple[ColumnElement[bool], ...]:
    return (
        Redemption.template_id == template_id,
        Redemption.redeemed_on.between(first, last),
        Redemption.reversed_at.is_(None),
    )
