from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.tiers import editions, journal
from backend.tiers.history import Line
from backend.tiers.models import GrowthEntry, TierStanding
from backend.tiers.replay import replay
from backend.tiers.standings import state_of
from backend.tiers.state import State
from backend.tiers.timeline import Timeline


@dataclass(frozen=True)
class Fault:
    """Something wrong with a member's standing; `row` names the table that shows it."""

    member_id: int
    row: str
    what: str


def verify(session: Session, member_ids: Sequence[int]) -> list[Fault]:
    """Where what is stored of some members is not what a replay gives, in four statements however many members."""
    rows = session.scalars(
        select(TierStanding).where(TierStanding.member_id.in_(member_ids), TierStanding.closed_at.is_(None))
    ).all()
    if not rows:
        return []
    timeline = editions.all_until(session, until=max(row.judged_at for row in rows))
    lines, sums = journal.read(session, member_ids), _sums(session, member_ids)
    faults = []
    for row in rows:
        last_seq, growth = sums.get(row.member_id, (0, 0))
        if (row.last_seq, row.growth) != (last_seq, growth):
            faults.append(Fault(row.member_id, "tier_standings", "does not end where the journal ends"))
        faults += [
            Fault(row.member_id, "tier_standings", what) for what in _replayed(row, lines[row.member_id], timeline)
        ]
    return faults


def _replayed(row: TierStanding, lines: list[Line], timeline: Timeline) -> Iterator[str]:
    if timeline.at(row.judged_at).version != row.book_version:
        return  # the book in force came while the row was written: the next call judges by it
    career = replay(lines, timeline, opened_at=row.opened_at, at=row.judged_at)
    if career.history.growth != row.growth:
        yield "growth value is not what the journal gives"
    if _comparable(career.state) != _comparable(state_of(row)):
        yield "the tier is not what the journal gives"


def _comparable(state: State) -> tuple[object, ...]:
    terms, lapsed = ({code: ends for code, ends in part.items() if ends} for part in (state.terms, state.lapsed))
    return state.tier, state.earned, terms, lapsed, state.manual


def _sums(session: Session, member_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """The number of the last line and the sum of all by member; a sum is a DECIMAL on MariaDB."""
    said = select(GrowthEntry.member_id, func.max(GrowthEntry.seq), func.sum(GrowthEntry.amount))
    found = session.execute(said.where(GrowthEntry.member_id.in_(member_ids)).group_by(GrowthEntry.member_id))
    return {member_id: (last_seq, int(growth)) for member_id, last_seq, growth in found}
