"""What a member is given for a birthday, once a year whatever becomes of the birthday (ADR 0024)."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import points
from backend.coupons import queries
from backend.coupons.birthdays import BirthdayBook
from backend.coupons.facts import BirthdayCelebrated, BirthdayCoupon
from backend.coupons.models import Coupon, Template
from backend.coupons.promised import BIRTHDAY, promise
from backend.coupons.rules import last_day
from backend.coupons.ways import BirthdayGift
from backend.kit.calendar import shop_day
from backend.kit.facts import announce
from backend.points import Source

A_YEAR: Final = timedelta(days=300)
"""Two birthdays of one member are 353 days apart or more, by the lunar calendar; each may be given 31 days early."""


def celebrate(session: Session, member_id: int, book: BirthdayBook, *, rng: Random, now: datetime) -> int:
    """Give what the book gives for a birthday that is near, and tell it in one message; returns how many are new.

    Once a year, also where the birthday or its calendar was changed, or two members became one. What could not be given
    before is tried again as often as this is asked within the year, and nothing is given or told twice.
    """
    points.lock(session, member_id, now=now)
    today, gift = shop_day(now), session.get(BirthdayGift, member_id, populate_existing=True)
    anew = gift is None or today - gift.given_on >= A_YEAR
    if gift is None:
        gift = BirthdayGift(member_id=member_id)
        session.add(gift)
    if anew:
        gift.given_on = today
    source = Source(BIRTHDAY, gift.given_on.isoformat())
    had, before = _had(session, member_id, since=today - A_YEAR), {one.id for one in _given(session, member_id, source)}
    promise(session, member_id, set(book.coupons) - had, source=source, rng=rng, now=now)
    new = [coupon for coupon in _given(session, member_id, source) if coupon.id not in before]
    if new or (anew and book.greeting):
        told = BirthdayCelebrated(member_id, book.greeting, _named(session, new), at=now)
        announce(session, told)
    return len(new)


def _had(session: Session, member_id: int, *, since: date) -> set[str]:
    """Codes of the templates that a member was given for a birthday, also as one of the two that it was then."""
    lately = Coupon.member_id == member_id, Coupon.source_kind == BIRTHDAY, Coupon.issued_on > since
    return set(session.scalars(select(Template.code).join(Coupon, Coupon.template_id == Template.id).where(*lately)))


def _given(session: Session, member_id: int, source: Source) -> Sequence[Coupon]:
    of_it = Coupon.source_kind == source.kind, Coupon.source_id == str(source.id)
    mine = select(Coupon).where(Coupon.member_id == member_id, *of_it)
    return session.scalars(mine.order_by(Coupon.valid_until, Coupon.id)).all()


def _named(session: Session, coupons: Sequence[Coupon]) -> tuple[BirthdayCoupon, ...]:
    terms = queries.terms_of_all(session, [(coupon.template_id, coupon.version) for coupon in coupons])
    return tuple(
        BirthdayCoupon(coupon.id, terms[coupon.template_id, coupon.version].name, last_day(coupon.valid_until))
        for coupon in coupons
    )
