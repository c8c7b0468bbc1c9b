from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from backend.kit.calendar import shop_day
from backend.tiers import editions
from backend.tiers.book import growth_for
from backend.tiers.conditions import Way, missing
from backend.tiers.history import PURCHASE, Line
from backend.tiers.instants import last_day
from backend.tiers.measures import Moment
from backend.tiers.models import TierChange, TierStanding
from backend.tiers.offers import Tier, tier_at_rank, tiers_of
from backend.tiers.rules import Career
from backend.tiers.standings import Dossier, look, validity_of


@dataclass(frozen=True)
class Standing:
    """A member's tier at one instant, since when, and until when (None: it does not end by itself).

    `missing` growth value leads to `next` where growth value alone does (0 at the top); `missing_ways` are all the
    ways there, each with what it still takes. `names` are those of all tiers by code.
    """

    tier: Tier
    growth: int
    since_at: datetime
    valid_until: datetime | None
    grace_until: datetime | None
    next: Tier | None
    missing: int
    missing_ways: tuple[Way, ...]
    book_version: int
    names: Mapping[str, str] = field(repr=False)
    _row: TierStanding = field(repr=False, compare=False)  # who goes on to count need not read it again

    @property
    def last_day(self) -> date | None:
        """The last shop day on which the tier is valid, grace left out; None for one that does not end."""
        return last_day(self.valid_until) if self.valid_until else None

    @property
    def last_day_of_grace(self) -> date | None:
        """The last shop day on which the tier is held, grace and all; None for one that does not end."""
        return last_day(self.grace_until) if self.grace_until else None


@dataclass(frozen=True)
class Quoted:
    """What a purchase would do: the tier now, the growth value it would give, the tier after it."""

    tier: Tier
    growth: int
    after: Tier


def standing(session: Session, member_id: int, *, now: datetime) -> Standing:
    """Where a member stands at `now`, also before any job has run; writes nothing. Raises NoStanding."""
    dossier = look(session, member_id, now=now)
    career, row = dossier.career, dossier.row
    tier, above = _held(career), _above(career)
    ways = _missing(career, above, now)
    valid_until, grace_until = validity_of(career)
    return Standing(
        tier=tier,
        growth=career.history.growth,
        since_at=_since(dossier),
        valid_until=valid_until,
        grace_until=grace_until,
        next=above,
        missing=max(0, above.growth - career.history.growth) if above and above.growth else 0,
        missing_ways=ways,
        book_version=career.state.version,
        names={one.code: one.name for one in career.book.tiers},
        _row=row,
    )


def quote_purchase(session: Session, member_id: int, *, spent_fen: int, now: datetime) -> Quoted:
    """What paying an amount now would do; agrees with `count_purchase` and writes nothing. Raises NoStanding."""
    career = look(session, member_id, now=now).career
    before, per_yuan = _held(career), career.book.growth.per_yuan
    value = growth_for(spent_fen, per_yuan)
    career.count(
        Line(
            0,
            PURCHASE,
            career.state.at,
            value=value,
            spent_fen=spent_fen,
            purchases=1,
            counts_on=shop_day(now),
            per_yuan=per_yuan,
        )
    )
    return Quoted(before, value, _held(career))


def stands_in(member_id: InstrumentedAttribute[int], codes: Collection[str]) -> ColumnElement[bool]:
    """The condition that a member stands in one of these tiers, as that was last written down (what time alone ends is
    written by the night).
    """
    held = select(TierStanding.member_id).where(
        TierStanding.member_id == member_id, TierStanding.tier_code.in_(sorted(codes))
    )
    return held.where(TierStanding.closed_at.is_(None)).exists()


def tiers_now(session: Session, *, now: datetime) -> list[Tier]:
    """The tiers of the book in force, the lowest first."""
    return tiers_of(editions.live(session, now=now).book)


def tier_of(session: Session, code: str, *, now: datetime) -> Tier:
    """The tier with this code, as the book in force has it, or the last one that had it. Raises LookupError."""
    for edition in (editions.live(session, now=now), *reversed(editions.all_until(session, until=now).editions)):
        if code in edition.book.ranks:
            return tier_at_rank(edition.book, edition.book.ranks[code])
    raise LookupError(f"no tier {code}")


def history(session: Session, member_id: int, *, before: int | None = None, limit: int) -> Sequence[TierChange]:
    """The newest rises and falls of a member with their evidence, or those before a line of the journal."""
    changes = select(TierChange).where(TierChange.member_id == member_id)
    if before is not None:
        changes = changes.where(TierChange.growth_seq < before)
    return session.scalars(changes.order_by(TierChange.growth_seq.desc()).limit(limit)).all()


def _held(career: Career) -> Tier:
    return tier_at_rank(career.book, career.book.rank(career.state.tier))


def _above(career: Career) -> Tier | None:
    rank = career.book.rank(career.state.tier) + 1
    return tier_at_rank(career.book, rank) if rank < len(career.book.tiers) else None


def _missing(career: Career, above: Tier | None, now: datetime) -> tuple[Way, ...]:
    qualify = career.book.tiers[above.rank].qualify if above else None
    if qualify is None:
        return ()
    return tuple(missing(qualify, career.history, Moment(career.book, shop_day(now), now)))


def _since(dossier: Dossier) -> datetime:
    moved = [step.at for step in dossier.career.steps if step.after != step.before]
    return moved[-1] if moved else dossier.row.since_at
