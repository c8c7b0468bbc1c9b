from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.partners.models import OPEN, CouponOffer, Exchange, Partner, PartnerKey, Terms
from backend.partners.rules import OUT

MOST = 1000


def exchanges_of(
    session: Session, member_id: int, *, before_id: int | None, limit: int
) -> list[tuple[Exchange, Partner]]:
    """A member's exchanges with their partners, the newest first."""
    mine = select(Exchange, Partner).join(Partner, Partner.id == Exchange.partner_id)
    mine = mine.where(Exchange.member_id == member_id)
    if before_id is not None:
        mine = mine.where(Exchange.id < before_id)
    return [(one, partner) for one, partner in session.execute(mine.order_by(Exchange.id.desc()).limit(limit))]


def waiting(session: Session, *, since: datetime, limit: int) -> list[tuple[Exchange, Partner]]:
    """Exchanges of ours that partners have not ended and that were begun before an instant, the oldest first."""
    stuck = select(Exchange, Partner).join(Partner, Partner.id == Exchange.partner_id)
    stuck = stuck.where(Exchange.next_try_at.is_not(None), Exchange.direction == OUT, Exchange.status.in_(OPEN))
    found = stuck.where(Exchange.begun_at <= since).order_by(Exchange.begun_at).limit(limit)
    return [(one, partner) for one, partner in session.execute(found)]


def partner_of(session: Session, exchange: Exchange) -> Partner:
    """With whom an exchange is."""
    return session.get_one(Partner, exchange.partner_id)


def partners(session: Session) -> list[Partner]:
    """All partners by code, a thousand at most."""
    return list(session.scalars(select(Partner).order_by(Partner.code).limit(MOST)))


def versions(session: Session, partner_id: int) -> list[Terms]:
    """What was agreed with a partner, the newest first, a thousand versions at most."""
    mine = select(Terms).where(Terms.partner_id == partner_id)
    return list(session.scalars(mine.order_by(Terms.version.desc()).limit(MOST)))


def keys(session: Session, partner_id: int) -> list[PartnerKey]:
    """The keys of a partner, revoked ones too, oldest first, a thousand at most. Their secrets stay sealed."""
    mine = select(PartnerKey).where(PartnerKey.partner_id == partner_id)
    return list(session.scalars(mine.order_by(PartnerKey.id).limit(MOST)))


def offers(session: Session, partner_id: int) -> list[CouponOffer]:
    """Which coupons a partner may give, by template, a thousand at most."""
    mine = select(CouponOffer).where(CouponOffer.partner_id == partner_id)
    return list(session.scalars(mine.order_by(CouponOffer.template_code).limit(MOST)))
