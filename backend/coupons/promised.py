"""Coupons that come by themselves: with a tier, by a rule of points, for a birthday.

What cannot be given (paused, sold out, not for this member) undoes nothing of what it was for: it is written down as a
refusal, for operators to see.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from random import Random, SystemRandom
from typing import Final

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import earning, points, tiers
from backend.coupons import queries
from backend.coupons.errors import CouponHeld, CouponNotReady
from backend.coupons.issuing import grant
from backend.coupons.many import issue_to_many
from backend.coupons.models import Coupon
from backend.coupons.revoking import revoke
from backend.coupons.ways import Refusal
from backend.kit.errors import DomainError
from backend.points import Source

log = structlog.get_logger(__name__)

LUCK: Final = SystemRandom()  # a fact brings none, and the codes of coupons are only to be unguessable
RULE, TIER, BIRTHDAY = "rule", "tier-gift", "birthday"
LONGEST_ID: Final = 64


def give_tier_coupons(session: Session, given: tiers.TierGiftGiven) -> None:
    """Give the coupons that come with rising to a tier, once per rise."""
    source = Source(TIER, f"{given.tier_code}:{given.growth_seq}")
    promise(session, given.member_id, given.coupons, source=source, rng=LUCK, now=given.at)


def grant_by_rule(session: Session, earned: earning.CouponsEarned) -> None:
    """Give the coupons of a rule that applied, once for what it applied to."""
    source = _of_rule(earned.rule_code, earned.source)
    promise(session, earned.member_id, earned.coupons, source=source, rng=LUCK, now=earned.at)


def take_back_by_rule(session: Session, lost: earning.CouponsLost) -> None:
    """What a rule gave coupons for was returned as a whole: those that are not used are taken back.

    What was used or given to a friend stays, and so does what a till keeps for an order at this moment.
    """
    sources = [_of_rule(code, lost.source) for code in lost.rule_codes]
    mine = select(Coupon).where(
        Coupon.member_id == lost.member_id,
        Coupon.source_kind == RULE,
        Coupon.source_id.in_([str(source.id) for source in sources]),
    )
    found = session.scalars(mine.order_by(Coupon.template_id, Coupon.id)).all()
    account = points.lock(session, lost.member_id, now=lost.at) if found else None
    for coupon in found:
        if account is not None:
            try:
                revoke(session, account, coupon, now=lost.at)
            except (CouponNotReady, CouponHeld) as refused:
                log.info("coupons.kept-after-refund", code=refused.code)


def promise(
    session: Session,
    member_id: int,
    template_codes: Iterable[str],
    *,
    source: Source,
    rng: Random = LUCK,
    now: datetime,
) -> int:
    """Give a coupon of each template, in one order for everybody; what is refused is written down. Returns how many."""
    codes = sorted(set(template_codes))
    account = points.lock(session, member_id, now=now) if codes else None
    given = 0
    for code in codes:
        if account is not None:
            given += _one(session, account, code, source=source, rng=rng, now=now)
    return given


def promise_to_many(
    session: Session, member_ids: Sequence[int], code: str, *, source: Source, rng: Random, now: datetime
) -> dict[int, str]:
    """Give each member (ids in their order) a coupon of a template for one source, as `issue_to_many` does.

    Answers the coupon's name for those who have it, also from before; who is refused, or all where the template is not
    to be had, are left out: that undoes nothing of what it was for.
    """
    try:
        template = queries.template(session, code)
        outcomes = dict.fromkeys(member_ids, "")
        issue_to_many(session, template, outcomes, source=source, rng=rng, now=now)
    except DomainError as refused:
        log.warning("coupons.refused", template=code, source=source.kind, code=refused.code)
        return {}
    for refusal in sorted(set(outcomes.values()) - {""}):
        log.warning("coupons.refused", template=code, source=source.kind, code=refusal)
    name = queries.terms_of(session, template).name
    return {member_id: name for member_id, refusal in outcomes.items() if not refusal}


def promises_refused(session: Session, *, before_id: int | None = None, limit: int) -> list[Refusal]:
    """Coupons that were promised and could not be given, newest first, from before an id on."""
    rows = select(Refusal).order_by(Refusal.id.desc()).limit(limit)
    return list(session.scalars(rows if before_id is None else rows.where(Refusal.id < before_id)))


def _one(session: Session, account: points.Account, code: str, *, source: Source, rng: Random, now: datetime) -> bool:
    try:
        with session.begin_nested():
            grant(session, account, code, source=source, rng=rng, now=now)
    except DomainError as refused:
        log.warning("coupons.refused", template=code, source=source.kind, code=refused.code)
        _note(session, account.member_id, code, source, refused.code, now)
        return False
    return True


def _note(session: Session, member_id: int, code: str, source: Source, failure: str, now: datetime) -> None:
    key = {
        "member_id": member_id,
        "template_code": code,
        "source_kind": source.kind,
        "source_id": str(source.id),
    }
    noted = session.scalar(select(Refusal).filter_by(**key))
    if noted is None:
        session.add(Refusal(**key, failure=failure, at=now))
        session.flush()  # asked for again in this transaction
    else:
        noted.failure, noted.at = failure, now


def _of_rule(rule_code: str, source: Source) -> Source:
    """What the coupons of a rule are called: by the rule and what it applied to."""
    name = f"{rule_code}:{source.kind}:{source.id}"
    return Source(RULE, name if len(name) <= LONGEST_ID else sha256(name.encode()).hexdigest())
