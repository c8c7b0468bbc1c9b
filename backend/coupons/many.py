"""Coupons of one template for many members in one transaction: accounts first, in their order, the stock last, once."""

from collections.abc import MutableMapping
from contextlib import suppress
from datetime import datetime
from random import Random

from sqlalchemy.orm import Session

from backend import points
from backend.coupons import queries, stock
from backend.coupons.definition import Definition
from backend.coupons.errors import NotLive
from backend.coupons.issuing import check_audience, check_limit, earlier, granted, written
from backend.coupons.models import Coupon, Template
from backend.kit.calendar import shop_day
from backend.kit.errors import DomainError
from backend.kit.facts import announce


def issue_to_many(
    session: Session,
    template: Template,
    outcomes: MutableMapping[int, str],
    *,
    source: points.Source,
    rng: Random,
    now: datetime,
) -> None:
    """Give each of the members (ids, in their order) a coupon for one source, as `grant` does.

    What refuses somebody is written into `outcomes` as its code; who got one before, or gets one, has "". What there is
    not enough of is given to the first. The caller's transaction holds no other lock that members wait for.
    """
    terms, coupons = queries.terms_of(session, template), []
    for member_id in outcomes:
        try:
            coupon = _checked(session, member_id, template, terms, source=source, rng=rng, now=now)
        except DomainError as refused:
            outcomes[member_id] = refused.code
        else:
            coupons += [coupon] if coupon else []
    for coupon in _within_stock(session, template, terms, coupons, outcomes, now=now):
        session.add(coupon)
        announce(session, granted(coupon, template, terms))
    session.flush()  # in one go, while the template is locked


def _checked(
    session: Session,
    member_id: int,
    template: Template,
    terms: Definition,
    *,
    source: points.Source,
    rng: Random,
    now: datetime,
) -> Coupon | None:
    """The coupon of one member, not stored yet; None for who has one of this source."""
    account = points.lock(session, member_id, now=now)
    if earlier(session, account.member_id, template.id, source) is not None:
        return None
    check_audience(session, member_id, terms, now=now)
    check_limit(session, member_id, template.id, terms, shop_day(now))
    return written(template, terms, member_id, source=source, rng=rng, now=now)


def _within_stock(
    session: Session,
    template: Template,
    terms: Definition,
    coupons: list[Coupon],
    outcomes: MutableMapping[int, str],
    *,
    now: datetime,
) -> list[Coupon]:
    if not coupons:
        return []
    session.flush()  # all else is written before the template, which others wait for, is locked
    refusal: type[DomainError] = NotLive
    free = 0
    with suppress(NotLive):
        free, refusal = stock.take_up_to(session, template, terms, shop_day(now), len(coupons))
    for coupon in coupons[free:]:
        outcomes[coupon.member_id] = refusal.code
    return coupons[:free]
