"""What a member is entitled to: what the tier gives by the catalogue in force."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import plans, stores, tiers
from backend.benefits import book
from backend.benefits.book import Benefit
from backend.benefits.book import Quota as Terms
from backend.benefits.errors import BenefitUnknown, NotEntitled, NotHere
from backend.benefits.models import Quota
from backend.benefits.rules import better, period_of
from backend.kit.calendar import shop_day


@dataclass(frozen=True)
class Grant:
    """A benefit as a member has it: by which tier and version, how much of it in each period, and whether that is given
    by a membership that is paid for.
    """

    benefit: Benefit
    terms: Terms
    tier_code: str
    book_version: int
    by_plan: bool = False


@dataclass(frozen=True)
class Shown:
    """A benefit as a member sees it: `mine` is what the tier gives (None: nothing), `used` of it in this period, and
    `next` what the next tier would give.
    """

    benefit: Benefit
    mine: Terms | None
    used: int
    next: Terms | None

    @property
    def left(self) -> int | None:
        """What is left in this period, None where there is no end of it or no benefit. Below a new quota is none."""
        return max(0, self.mine.amount - self.used) if self.mine and self.mine.amount is not None else None


@dataclass(frozen=True)
class Catalogue:
    """All that is on offer today, with the member's tier and the next one."""

    tier: tiers.Tier
    next_tier: tiers.Tier | None
    benefits: tuple[Shown, ...]


def catalogue(session: Session, member_id: int, *, now: datetime) -> Catalogue:
    """The catalogue as a member sees it; the counters are read by one statement. Raises tiers.NoStanding."""
    standing, today = tiers.standing(session, member_id, now=now), shop_day(now)
    listed = [one for one in book.live(session, now=now)[0].benefits if one.is_valid_on(today)]
    mine = terms_of(session, member_id, listed, standing.tier.code, now=now)
    used = _used(session, member_id, mine, today)
    after = standing.next.code if standing.next else None
    shown = (
        Shown(one, mine.get(one.code), used.get(one.code, 0), one.quotas.get(after) if after else None)
        for one in listed
    )
    return Catalogue(standing.tier, standing.next, tuple(one for one in shown if one.mine or one.next))


def entitled(session: Session, member_id: int, code: str, *, day: date | None = None, now: datetime) -> Grant:
    """The member's grant of a benefit, on a shop day (default: today). Raises BenefitUnknown, NotEntitled."""
    found, version = of_catalogue(session, code, day=day, now=now)
    tier = tiers.standing(session, member_id, now=now).tier.code
    grant = granted(session, member_id, found, tier, version, now=now)
    if grant is None:
        raise NotEntitled
    return grant


def granted(
    session: Session, member_id: int, found: Benefit, tier: str, version: int, *, now: datetime
) -> Grant | None:
    """What a member in a tier has of a benefit; None where that is nothing."""
    terms = terms_of(session, member_id, [found], tier, now=now).get(found.code)
    if terms is None:
        return None
    return Grant(found, terms, tier, version, by_plan=terms is not found.quotas.get(tier))


def terms_of(
    session: Session, member_id: int, listed: Sequence[Benefit], tier: str, *, now: datetime
) -> dict[str, Terms]:
    """The quotas of a member in a tier: the better of what the tier and a membership that is paid for give."""
    sold = any(one.plan is not None for one in listed)
    paid = plans.benefits_of(session, member_id, now=now) if sold else frozenset()
    best = {one.code: better(one.quotas.get(tier), one.plan if one.code in paid else None) for one in listed}
    return {code: terms for code, terms in best.items() if terms is not None}


def of_catalogue(session: Session, code: str, *, day: date | None = None, now: datetime) -> tuple[Benefit, int]:
    """A benefit of the catalogue in force that is valid on a shop day, and the version. Raises BenefitUnknown."""
    catalogue, version = book.live(session, now=now)
    found = catalogue.of_code(code)
    if found is None or not found.is_valid_on(day or shop_day(now)):
        raise BenefitUnknown
    return found, version


def check_store(session: Session, benefit: Benefit, store_id: int) -> None:
    """Raises NotHere for a store that does not give the benefit."""
    if benefit.stores is not None and stores.get_store(session, store_id).code not in benefit.stores:
        raise NotHere


def _used(session: Session, member_id: int, mine: Mapping[str, Terms], today: date) -> dict[str, int]:
    periods = {code: period_of(terms.per, today, "") for code, terms in mine.items() if terms.per != "visit"}
    counted = select(Quota).where(
        Quota.member_id == member_id, Quota.benefit.in_(periods), Quota.period.in_(set(periods.values()))
    )
    return {one.benefit: one.used for one in session.scalars(counted) if one.period == periods[one.benefit]}
