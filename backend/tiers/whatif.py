"""What a version of the book of tiers would do to the whole membership at the instant it goes live; writes nothing."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Final

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from backend import rulebooks
from backend.kit.calendar import shop_day
from backend.kit.errors import Invalid
from backend.kit.helpers import Each
from backend.tiers import editions, gifts, journal
from backend.tiers.book import Gift, TierBook
from backend.tiers.history import PURCHASE, REFUND
from backend.tiers.instants import MOMENT
from backend.tiers.models import GrowthEntry, TierGift, TierStanding
from backend.tiers.replay import replay
from backend.tiers.rules import Career
from backend.tiers.standings import dossiers
from backend.tiers.sums import Preview, Sums
from backend.tiers.timeline import Edition, Timeline, timeline_of

SLICE: Final = 500  # MariaDB makes a table of a list of 1,000 values and more, and sorts what it joins
FEW: Final = 5_000  # members that are reckoned before a helper would have begun
LAST_ID: Final = 2**63 - 1
YEAR: Final = timedelta(days=365)

Ids = tuple[int, int]
"""Above the one and up to the other."""

Progress = Callable[[int, int], object]
"""Told how many members of how many are done."""


class LiveAlready(Invalid):
    """A published version is previewed as of the instant it goes live, and no other."""

    code = "tiers.live-already"
    message = "该版本已发布，只能按其生效时间预览"


@dataclass(frozen=True)
class Switch:
    """The going over from the book before to an edition; `timeline` leads to both."""

    timeline: Timeline
    edition: Edition
    before: TierBook

    @property
    def at(self) -> datetime:
        """When the edition goes live."""
        return self.edition.live_from


@dataclass(frozen=True)
class Fate:
    """What becomes of one member: the tier just before, the tier then, and what the rise of the earned tier passes."""

    member_id: int
    before: str
    after: str
    earned: tuple[int, int]


def preview(
    session: Session,
    version: int,
    *,
    at: datetime,
    progress: Progress = lambda _done, _of: None,
    each: Each | None = None,
) -> Preview:
    """Where every member goes when a version goes live at an instant, what gifts that gives and what it costs.

    Costs are those of a year like the one before: what was spent, times the difference of prices and of multipliers.
    Reads slice by slice, so that memory does not grow with the membership; `hold_still` the session to see one state.
    Of many members the slices are reckoned by `each` (`kit.helpers`), to the same sums.
    A published version takes its own instant. Raises BookUnknown, LiveAlready.
    """
    switch = switch_to(session, version, at=at)
    total = session.scalar(select(func.count()).select_from(TierStanding).where(*members_at(switch.at))) or 0
    work, slices = partial(reckoned, switch=switch), _slices(session, switch.at)
    sums = Sums(switch.before, switch.edition.book)
    for part in each(work, slices) if each and total > FEW else (work(session, ids) for ids in slices):
        sums.include(part)
        progress(sums.members, total)
    return sums.preview(version, switch.at)


def reckoned(session: Session, ids: Ids, *, switch: Switch) -> Sums:
    """What becomes of the members of a slice."""
    sums, (above, upto) = Sums(switch.before, switch.edition.book), ids
    mine = TierStanding.member_id > above, TierStanding.member_id <= upto
    rows = session.scalars(select(TierStanding).where(*members_at(switch.at), *mine)).all()
    becoming = fates(session, switch, rows)
    spent, given = _spent(session, rows, switch.at), _gifts(session, switch, becoming)
    for fate in becoming:
        sums.add(fate.before, fate.after, spent[fate.member_id], given[fate.member_id])
    return sums


def switch_to(session: Session, version: int, *, at: datetime) -> Switch:
    """What is known of going over to a version. Raises BookUnknown, LiveAlready."""
    book = rulebooks.get(session, editions.KIND, version)
    if book.live_from not in {None, at}:
        raise LiveAlready
    edition = editions.edition_of(book, live_from=at)
    earlier = [one for one in editions.all_until(session, until=at).editions if one.version != version]
    before = timeline_of(earlier or [edition]).at(at - MOMENT).book  # the first took no other's place
    return Switch(timeline_of([*earlier, edition]), edition, before)


def members_at(at: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Whoever had joined before an instant and had not left by then."""
    return TierStanding.opened_at < at, or_(TierStanding.closed_at.is_(None), TierStanding.closed_at > at)


def fates(session: Session, switch: Switch, rows: Sequence[TierStanding]) -> list[Fate]:
    """What becomes of some members, reckoned from where each was last judged; from scratch for who was judged later."""
    earlier = [row for row in rows if row.judged_at < switch.at]
    later = [row for row in rows if row.judged_at >= switch.at]
    return [*_carried(session, switch, earlier), *_replayed(session, switch, later)]


def _slices(session: Session, at: datetime) -> list[Ids]:
    """The members in the order of their ids, cut into slices."""
    place = func.row_number().over(order_by=TierStanding.member_id)
    numbered = select(TierStanding.member_id, place.label("place")).where(*members_at(at)).subquery()
    ends = select(numbered.c.member_id).where(numbered.c.place % SLICE == 0).order_by(numbered.c.member_id)
    return list(pairwise([0, *session.scalars(ends), LAST_ID]))


def _carried(session: Session, switch: Switch, rows: Sequence[TierStanding]) -> Iterator[Fate]:
    for dossier in dossiers(session, rows, switch.timeline, now=switch.at) if rows else ():
        row, steps = dossier.row, [step for step in dossier.career.steps if step.at < switch.at]
        tier, earned = (steps[-1].after, steps[-1].earned_after) if steps else (row.tier_code, row.earned_code)
        yield _fate(switch, row.member_id, tier, earned, dossier.career)


def _replayed(session: Session, switch: Switch, rows: Sequence[TierStanding]) -> Iterator[Fate]:
    lines = journal.read(session, [row.member_id for row in rows]) if rows else {}
    for row in rows:
        told = [line for line in lines[row.member_id] if line.at < switch.at]
        before = replay(told, switch.timeline, opened_at=row.opened_at, at=switch.at - MOMENT).state
        then = replay(told, switch.timeline, opened_at=row.opened_at, at=switch.at)
        yield _fate(switch, row.member_id, before.tier, before.earned, then)


def _fate(switch: Switch, member_id: int, tier: str, earned: str, career: Career) -> Fate:
    rank, then = switch.edition.book.rank, career.state
    return Fate(member_id, tier, then.tier, (rank(earned), rank(then.earned)))


def _spent(session: Session, rows: Sequence[TierStanding], at: datetime) -> dict[int, int]:
    """What each spent in the year before, less what came back."""
    found = {row.member_id: 0 for row in rows}
    spent = (
        select(GrowthEntry.member_id, func.sum(GrowthEntry.spent_fen))
        .where(
            GrowthEntry.member_id.in_(found),
            GrowthEntry.kind.in_((PURCHASE, REFUND)),
            GrowthEntry.counts_on > shop_day(at - YEAR),
            GrowthEntry.at < at,
        )
        .group_by(GrowthEntry.member_id)
    )
    return found | {member_id: int(fen) for member_id, fen in session.execute(spent)}  # a DECIMAL on MariaDB


def _gifts(session: Session, switch: Switch, becoming: Sequence[Fate]) -> dict[int, list[Gift]]:
    """What the rises give, by what was given before."""
    found: dict[int, list[Gift]] = {fate.member_id: [] for fate in becoming}
    rising = {fate.member_id: fate.earned for fate in becoming if fate.earned[1] > fate.earned[0]}
    if not rising or all(tier.gift is None for tier in switch.edition.book.tiers):
        return found
    given: dict[int, dict[str, datetime]] = {member_id: {} for member_id in rising}
    last = (
        select(TierGift.member_id, TierGift.tier_code, func.max(TierGift.at))
        .where(TierGift.member_id.in_(rising), TierGift.at < switch.at)
        .group_by(TierGift.member_id, TierGift.tier_code)
    )
    for member_id, code, at in session.execute(last):
        given[member_id][code] = at
    for member_id, (above, upto) in rising.items():
        due = gifts.due(switch.edition.book, above, upto, given[member_id], switch.at)
        found[member_id] = [gift for _, gift in due]
    return found
