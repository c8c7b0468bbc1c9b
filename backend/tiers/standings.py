"""A member's standing between its row and the rules: read with what its rules ask for, carried to now, kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from backend.kit.calendar import shop_day
from backend.kit.errors import NotFound
from backend.tiers import editions, journal
from backend.tiers.history import Line, history_of
from backend.tiers.instants import FOREVER, days_later, last_day
from backend.tiers.models import TierStanding
from backend.tiers.replay import carry
from backend.tiers.rules import Career
from backend.tiers.state import State
from backend.tiers.timeline import Timeline
from config import policy


class NoStanding(NotFound):
    """There is no such member."""

    code = "tiers.no-standing"
    message = "会员不存在"


@dataclass
class Dossier:
    """A member's row and the career that goes on from it."""

    row: TierStanding
    career: Career


def row_of(session: Session, member_id: int) -> TierStanding:
    """Where a member stood when last judged. Raises NoStanding."""
    row = session.get(TierStanding, member_id)
    if row is None:
        raise NoStanding
    return row


def look(session: Session, member_id: int, *, now: datetime, from_day: date | None = None) -> Dossier:
    """A member as they stand at `now`; nothing is written. `from_day` is an earlier day that is to be judged too.

    Reads the row, the book in force, and of the journal what its conditions ask for. Raises NoStanding.
    """
    row = row_of(session, member_id)
    at = max(now, row.judged_at)  # clocks differ: nobody is judged by an earlier instant than before
    timeline = _timeline(session, row.book_version, at)
    return dossiers(session, [row], timeline, now=at, from_day=from_day)[0]


def dossiers(
    session: Session, rows: Sequence[TierStanding], timeline: Timeline, *, now: datetime, from_day: date | None = None
) -> list[Dossier]:
    """Members as they stand at `now` by a timeline (which may hold a book that is only thought of).

    One statement reads the journals of all, or none where no condition asks for them.
    """
    lines = _lines(session, rows, timeline, now=now, from_day=from_day)
    return [_dossier(row, timeline, lines[row.member_id], now) for row in rows]


def state_of(row: TierStanding) -> State:
    """What a row says, as the rules read it."""
    return State(
        version=row.book_version,
        tier=row.tier_code,
        earned=row.earned_code,
        at=row.judged_at,
        terms={code: _instants(kept.get("until", ())) for code, kept in row.terms.items()},
        lapsed={code: _instants(kept["lapsed"]) for code, kept in row.terms.items() if kept.get("lapsed")},
        manual=(row.manual_code, row.manual_until or FOREVER) if row.manual_code else None,
    )


def note_state(row: TierStanding, career: Career) -> None:
    """Write into a row where a career has led; growth value and numbers are the journal's to write."""
    state = career.state
    row.tier_code, row.earned_code, row.judged_at, row.book_version = (
        state.tier,
        state.earned,
        state.at,
        state.version,
    )
    row.terms = terms_of(state)
    row.manual_code, row.manual_until = (None, None)
    if state.manual:
        row.manual_code, row.manual_until = state.manual[0], _finite(state.manual[1])
    row.valid_until, row.grace_until = validity_of(career)
    row.due_at = career.next_at()
    ends = row.valid_until is not None and row.valid_until > state.at and row.valid_until != row.warned_for
    row.warn_at = row.valid_until - policy.TIER_WARNING_BEFORE if ends and row.valid_until else None


def terms_of(state: State) -> dict[str, Any]:
    """Terms and graces as they are stored: {tier: {"until": [instants], "lapsed": [instants]}}."""
    stored: dict[str, Any] = {}
    for part, ends in (("until", state.terms), ("lapsed", state.lapsed)):
        for code in sorted(ends):
            if ends[code]:
                stored.setdefault(code, {})[part] = [end.isoformat() for end in ends[code]]
    return stored


def validity_of(career: Career) -> tuple[datetime | None, datetime | None]:
    """When the tier held ends by itself and when its grace does; None for a tier that does not end."""
    state = career.state
    if state.tier != state.earned and state.manual:
        return _finite(state.manual[1]), _finite(state.manual[1])
    ends = state.terms.get(state.tier) or state.lapsed.get(state.tier)
    if not ends or ends[-1] == FOREVER:
        return None, None
    return ends[-1], days_later(ends[-1], career.book.rules_of(state.tier).grace_days)


def _timeline(session: Session, version: int, now: datetime) -> Timeline:
    """The book in force alone where it is the one last judged by, else all that there were."""
    live = editions.live(session, now=now)
    return Timeline((live,)) if live.version == version else editions.all_until(session, until=now)


def _lines(
    session: Session, rows: Sequence[TierStanding], timeline: Timeline, *, now: datetime, from_day: date | None
) -> dict[int, list[Line]]:
    member_ids = [row.member_id for row in rows]
    versions = {row.book_version for row in rows}
    if any(one.book.change == "recompute" for version in versions for one in timeline.since(version, now)):
        return journal.read(session, member_ids)
    due = [last_day(row.due_at) for row in rows if row.due_at is not None and row.due_at <= now]
    books = [edition.book for edition in timeline.editions]
    return journal.read_for(session, member_ids, books, min([shop_day(now), *due, *([from_day] if from_day else [])]))


def _dossier(row: TierStanding, timeline: Timeline, lines: list[Line], now: datetime) -> Dossier:
    career = Career(timeline, history_of(lines, row.growth), state_of(row))
    return Dossier(row, carry(career, lines, opened_at=row.opened_at, until=max(now, row.judged_at)))


def _instants(stored: Sequence[str]) -> list[datetime]:
    return [datetime.fromisoformat(end) for end in stored]


def _finite(end: datetime) -> datetime | None:
    return None if end == FOREVER else end
