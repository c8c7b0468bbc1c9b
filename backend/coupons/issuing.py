"""How one coupon comes to a member. The member's account is locked before; the stock is taken last."""

from datetime import date, datetime
from random import Random
from typing import Final

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from backend import points
from backend.coupons import queries, stock
from backend.coupons.audience import Asker, is_for
from backend.coupons.definition import Definition
from backend.coupons.errors import LimitReached, NotClaimable, NotForYou, NotLive, TemplateUnknown
from backend.coupons.facts import CouponGranted
from backend.coupons.models import CODE_LENGTH, Coupon, Template
from backend.coupons.rules import counts_since, last_day, validity
from backend.coupons.ways import Gift
from backend.kit.calendar import shop_day
from backend.kit.facts import announce
from backend.kit.ids import digits, new_id

CLAIM: Final = "claim"


def grant(
    session: Session, account: points.Account, template_code: str, *, source: points.Source, rng: Random, now: datetime
) -> Coupon:
    """Give a member a coupon. The same source again gives the same coupon, whatever became of it.

    Raises TemplateUnknown, NotLive, NotForYou, LimitReached, SoldOut, SoldOutToday; nothing is to be kept of the
    transaction (or savepoint) then.
    """
    template = queries.template(session, template_code)
    before = earlier(session, account.member_id, template.id, source)
    return before or issue(session, account, template, source=source, rng=rng, now=now)


def claim(session: Session, member_id: int, template_id: int, *, rng: Random, now: datetime) -> Coupon:
    """Give a member a coupon that he or she asked for. Raises NotClaimable and what `grant` raises."""
    account = points.lock(session, member_id, now=now)
    template = queries.template_of(session, template_id)
    if template.version is None:
        raise TemplateUnknown
    supply = queries.terms_of(session, template).supply
    too_early = supply.claim_from is not None and now < supply.claim_from
    too_late = supply.claim_until is not None and now >= supply.claim_until
    if not supply.claimable or too_early or too_late:
        raise NotClaimable
    return issue(session, account, template, source=points.Source(CLAIM, new_id()), rng=rng, now=now)


def issue(
    session: Session, account: points.Account, template: Template, *, source: points.Source, rng: Random, now: datetime
) -> Coupon:
    """Write a coupon for a source that had none. Raises what `grant` raises but for TemplateUnknown."""
    if template.status != "live":
        raise NotLive
    terms, today = queries.terms_of(session, template), shop_day(now)
    check_audience(session, account.member_id, terms, now=now)
    check_limit(session, account.member_id, template.id, terms, today)
    stock.look(session, template, terms, today)
    coupon = written(template, terms, account.member_id, source=source, rng=rng, now=now)
    session.add(coupon)
    announce(session, granted(coupon, template, terms))
    session.flush()  # all else is written before the template, which everyone who wants one waits for, is locked
    stock.take(session, template, terms, today)
    return coupon


def check_audience(session: Session, member_id: int, terms: Definition, *, now: datetime) -> None:
    """Raises NotForYou for a member of another tier, or without any of the tags."""
    if not is_for(Asker(session, member_id, now), terms):
        raise NotForYou


def check_limit(session: Session, member_id: int, template_id: int, terms: Definition, today: date) -> None:
    """Raises LimitReached where the member has got as many as anybody may in the period. The account is locked.

    What the member gave away counts, so that giving is no way to get more.
    """
    limit = terms.supply.per_member
    if limit is None:
        return
    since = counts_since(limit, today)
    own = select(func.count()).where(
        Coupon.member_id == member_id,
        Coupon.template_id == template_id,
        Coupon.status != "revoked",
        Coupon.got_on >= since,
    )
    given = select(func.count()).select_from(Gift).join(Coupon, Coupon.id == Gift.coupon_id)
    given = given.where(*given_away(member_id), Gift.template_id == template_id, Gift.got_on >= since)
    got = session.scalar(select(own.scalar_subquery() + given.scalar_subquery())) or 0
    if got >= limit.most:
        raise LimitReached


def given_away(member_id: int) -> tuple[ColumnElement[bool], ...]:
    """Gifts, with their coupons, that count for their giver: not those that the giver has, given back or by a merge."""
    return Gift.giver_id == member_id, Gift.status == "accepted", Coupon.member_id != member_id


def written(
    template: Template, terms: Definition, member_id: int, *, source: points.Source, rng: Random, now: datetime
) -> Coupon:
    """The row of a new coupon. Raises NotLive where its validity is over."""
    valid_from, valid_until = validity(terms.validity, now)
    if now >= valid_until or template.version is None:
        raise NotLive
    return Coupon(
        id=new_id(),
        code=digits(rng, CODE_LENGTH),
        member_id=member_id,
        template_id=template.id,
        version=template.version,
        status="ready",
        valid_from=valid_from,
        valid_until=valid_until,
        source_kind=source.kind,
        source_id=str(source.id),
        issued_at=now,
        issued_on=shop_day(now),
        got_on=shop_day(now),
    )


def granted(coupon: Coupon, template: Template, terms: Definition) -> CouponGranted:
    """What is told of a new coupon."""
    return CouponGranted(
        member_id=coupon.member_id,
        coupon_id=coupon.id,
        template_code=template.code,
        name=terms.name,
        source_kind=coupon.source_kind,
        first_day=shop_day(coupon.valid_from),
        last_day=last_day(coupon.valid_until),
        at=coupon.issued_at,
    )


def earlier(session: Session, member_id: int, template_id: int, source: points.Source) -> Coupon | None:
    """What a source gave before, also where the member has given it to a friend since."""
    mine = select(Coupon).where(
        Coupon.member_id == member_id,
        Coupon.template_id == template_id,
        Coupon.source_kind == source.kind,
        Coupon.source_id == str(source.id),
    )
    found = session.scalar(mine.execution_options(populate_existing=True))
    return found or session.scalar(_given_away(member_id, template_id, source))


def _given_away(member_id: int, template_id: int, source: points.Source) -> Select[Coupon]:
    given = select(Coupon).join(Gift, Gift.coupon_id == Coupon.id)
    return given.where(
        Gift.giver_id == member_id,
        Gift.template_id == template_id,
        Gift.status == "accepted",
        Gift.source_kind == source.kind,
        Gift.source_id == str(source.id),
    )
