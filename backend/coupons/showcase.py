"""What members may claim by themselves, and whether this one may."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sqlalchemy import Select, and_, or_, select, true
from sqlalchemy.orm import Session

from backend.coupons import queries, stock
from backend.coupons.audience import Asker, is_for
from backend.coupons.definition import Definition
from backend.coupons.errors import SoldOut, SoldOutToday
from backend.coupons.issuing import given_away
from backend.coupons.models import Coupon, Template
from backend.coupons.rules import counts_since
from backend.coupons.ways import Gift
from backend.kit.calendar import shop_day

State = Literal["open", "early", "claimed", "sold-out", "sold-out-today", "not-for-you"]
Days = dict[int, list[date]]


@dataclass(frozen=True)
class Offer:
    """A template that members claim from, and how one of them stands to it."""

    template: Template
    terms: Definition
    state: State

    @property
    def left(self) -> int | None:
        """How many are left of its stock."""
        return None if self.template.stock is None else self.template.stock - self.template.issued


def showcase(
    session: Session, member_id: int, *, after: tuple[int, int] | None = None, limit: int, now: datetime
) -> list[Offer]:
    """What can be claimed now or soon by its place (position, id), beginning after the place `after`."""
    fresh = {"populate_existing": True}
    offered = session.scalars(_offered(after, now).limit(limit), execution_options=fresh).all()
    told = queries.terms_of_all(session, [(one.id, one.version) for one in offered if one.version is not None])
    found = [(one, told[one.id, one.version]) for one in offered if one.version is not None]
    limited = [template.id for template, terms in found if terms.supply.per_member is not None]
    got, asker = _got(session, member_id, limited), Asker(session, member_id, now)
    return [Offer(template, terms, _state(asker, template, terms, got)) for template, terms in found]


def _offered(after: tuple[int, int] | None, now: datetime) -> Select[Template]:
    still = or_(Template.claim_until.is_(None), Template.claim_until > now)
    offered = select(Template).where(Template.status == "live", Template.claimable == true(), still)
    if after is not None:
        position, template_id = after
        behind = or_(Template.position > position, and_(Template.position == position, Template.id > template_id))
        offered = offered.where(Template.position >= position, behind)
    return offered.order_by(Template.position, Template.id)


def _got(session: Session, member_id: int, template_ids: Collection[int]) -> Days:
    """The days on which the member got coupons of these templates, also what was given away since."""
    if not template_ids:
        return {}
    own = select(Coupon.template_id, Coupon.got_on).where(
        Coupon.member_id == member_id, Coupon.template_id.in_(template_ids), Coupon.status != "revoked"
    )
    given = select(Gift.template_id, Gift.got_on).join(Coupon, Coupon.id == Gift.coupon_id)
    given = given.where(*given_away(member_id), Gift.template_id.in_(template_ids))
    days: Days = {}
    for template_id, got_on in session.execute(own.union_all(given)):
        days.setdefault(template_id, []).append(got_on)
    return days


def _state(asker: Asker, template: Template, terms: Definition, got: Days) -> State:
    limit, today = terms.supply.per_member, shop_day(asker.now)
    if not is_for(asker, terms):
        return "not-for-you"
    if limit and sum(day >= counts_since(limit, today) for day in got.get(template.id, ())) >= limit.most:
        return "claimed"
    try:
        stock.look(asker.session, template, terms, today)
    except SoldOut:
        return "sold-out"
    except SoldOutToday:
        return "sold-out-today"
    return "early" if terms.supply.claim_from and asker.now < terms.supply.claim_from else "open"
