"""What a member is entitled to: what the tier gives by the catalogue in force."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import stores, tiers
from backend.benefits import book
from backend.benefits.book import Benefit
from backend.benefits.book import Quota as Terms
from backend.benefits.errors import BenefitUnknown, NotEntitled, NotHere
from backend.benefits.models import Quota
from backend.benefits.rules import period_of
from backend.kit.calendar import shop_day


@dataclass(frozen=True)
class Grant:
    """A benefit as a member has it: by which tier and version, and how much of it in each period."""

    benefit: Benefit
    terms: Terms
    tier_code: str
    book_version: int


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
    used = _used(session, member_id, listed, standing.tier.code, today)
    after = standing.next.code if standing.next else None
    shown = (
        Shown(one, one.quotas.get(standing.tier.code), used.get(one.code, 0), one.quotas.get(after) if after else None)
        for one in listed
    )
    return Catalogue(standing.tier, standing.next, tuple(one for one in shown if one.mine or one.next))


def entitled(session: Session, member_id: int, code: str, *, day: date | None = None, now: datetime) -> Grant:
    """The member's grant of a benefit, on a shop day (default: today). Raises BenefitUnknown, NotEntitled."""
    found, version = of_catalogue(session, code, day=day, now=now)
    tier = tiers.standing(session, member_id, now=now).tier.code
    terms = found.quotas.get(tier)
    if terms is None:
        raise NotEntitled
    return Grant(found, terms, tier, version)


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


def _used(session: Session, member_id: int, listed: Sequence[Benefit], tier: str, today: date) -> dict[str, int]:
    periods = {
        one.code: period_of(terms.per, today, "")
        for one in listed
        if (terms := one.quotas.get(tier)) is not None and terms.per != "visit"
    }
    mine = select(Quota).where(
        Quota.member_id == member_id, Quota.benefit.in_(periods), Quota.period.in_(set(periods.values()))
    )
    return {one.benefit: one.used for one in session.scalars(mine) if one.period == periods[one.benefit]}
