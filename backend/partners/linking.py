"""How a partner comes to know a member: by a code that the member tells it once, and as nothing but an opaque id."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from random import Random

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from backend import members, points, tiers
from backend.kit.ids import new_id
from backend.partners.errors import LinkCodeInvalid, LinkedAlready, NotLinked
from backend.partners.models import Link, LinkCode, Partner
from backend.partners.registry import active, partner_by_code
from backend.partners.rules import alias, link_code
from config import policy


@dataclass(frozen=True)
class Told:
    """A code to be told to the partner, and until when it is good."""

    code: str
    good_until: datetime


@dataclass(frozen=True)
class TierAnswer:
    """Whether a member's tier is as high as asked, and what it is called."""

    reached: bool
    tier_name: str


def ask_for_code(session: Session, member_id: int, code: str, *, rng: Random, now: datetime) -> Told:
    """A new code, by which the member agrees to be known; one asked for before is good no more.

    Raises PartnerUnknown, PartnerSuspended, LinkedAlready, points.NoAccount.
    """
    points.lock(session, member_id, now=now)
    partner = active(partner_by_code(session, code))
    if standing(session, member_id, partner.id) is not None:
        raise LinkedAlready
    session.execute(delete(LinkCode).where(LinkCode.partner_id == partner.id, LinkCode.member_id == member_id))
    told = Told(link_code(rng), now + policy.PARTNER_LINK_CODE_GOOD_FOR)
    session.add(
        LinkCode(partner_id=partner.id, member_id=member_id, digest=_digest(told.code), good_until=told.good_until)
    )
    return told


def redeem(session: Session, partner_id: int, code: str, *, rng: Random, now: datetime) -> Link:
    """Link the member who told this code. A repeat while the code is good is answered by the same link.

    Raises LinkCodeInvalid.
    """
    asked = select(LinkCode).where(
        LinkCode.partner_id == partner_id, LinkCode.digest == _digest(code.upper()), LinkCode.good_until > now
    )
    told = session.scalar(asked)
    if told is None:
        raise LinkCodeInvalid
    points.lock(session, told.member_id, now=now)
    told = session.scalar(asked.execution_options(populate_existing=True))  # perhaps another came while we waited
    if told is None:
        raise LinkCodeInvalid
    if told.link_id is not None:
        return _standing(session.get(Link, told.link_id))
    link = Link(
        id=new_id(),
        partner_id=partner_id,
        member_id=told.member_id,
        standing_for=told.member_id,
        alias=alias(rng),
        linked_at=now,
    )
    session.add(link)
    told.link_id = link.id
    session.flush()  # of two links of one member the second fails here
    return link


def unlink(session: Session, member_id: int, code: str, *, now: datetime) -> None:
    """End a member's link: the partner knows nobody by its id any more. What was begun is finished.

    Raises PartnerUnknown, NotLinked, points.NoAccount.
    """
    points.lock(session, member_id, now=now)
    link = standing(session, member_id, partner_by_code(session, code).id)
    if link is None:
        raise NotLinked
    end(link, now=now)


def linked(session: Session, partner_id: int, member: str) -> Link:
    """The standing link by which a partner knows a member. Raises NotLinked, also for a member who is blocked: of that
    the partner learns nothing.
    """
    link = _standing(session.scalar(select(Link).where(Link.partner_id == partner_id, Link.alias == member)))
    if members.get(session, link.member_id).status == members.BLOCKED:
        raise NotLinked
    return link


def standing(session: Session, member_id: int, partner_id: int) -> Link | None:
    """The member's link with a partner, read anew."""
    mine = select(Link).where(Link.partner_id == partner_id, Link.standing_for == member_id)
    return session.scalar(mine.execution_options(populate_existing=True))


def end(link: Link, *, now: datetime) -> None:
    """The link stands no more."""
    link.standing_for, link.ended_at = None, now


def tier_reached(session: Session, partner_id: int, member: str, tier_code: str, *, now: datetime) -> TierAnswer:
    """Whether a linked member has at least a tier. Raises NotLinked, tiers.TierUnknown."""
    link = linked(session, partner_id, member)
    ranks = {tier.code: tier.rank for tier in tiers.tiers_now(session, now=now)}
    if tier_code not in ranks:
        raise tiers.TierUnknown
    tier = tiers.standing(session, link.member_id, now=now).tier
    return TierAnswer(tier.rank >= ranks[tier_code], tier.name)


def forget_codes(session: Session, *, now: datetime, limit: int) -> int:
    """Delete codes whose time is over, `limit` at most; how many."""
    over = session.execute(
        select(LinkCode.partner_id, LinkCode.member_id).where(LinkCode.good_until <= now).limit(limit)
    ).all()
    for partner_id, member_id in over:
        session.execute(
            delete(LinkCode).where(
                LinkCode.partner_id == partner_id, LinkCode.member_id == member_id, LinkCode.good_until <= now
            )
        )
    return len(over)


def partners_of(session: Session, member_id: int) -> list[tuple[Partner, Link | None]]:
    """The partners with whom things can be exchanged, and the member's links."""
    mine = (Link.partner_id == Partner.id) & (Link.standing_for == member_id)
    found = select(Partner, Link).outerjoin(Link, mine).where(Partner.suspended_at.is_(None))
    return [(partner, link) for partner, link in session.execute(found.order_by(Partner.code).limit(100))]


def _standing(link: Link | None) -> Link:
    if link is None or link.ended_at is not None:
        raise NotLinked
    return link


def _digest(code: str) -> bytes:
    return sha256(code.encode()).digest()
