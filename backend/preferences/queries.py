from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.preferences.models import Choice, OwnQuietHours, PreferenceChange
from backend.preferences.quiet import HOUSE_QUIET, QuietHours
from backend.preferences.rules import BY_HOUSE, Pair


@dataclass(frozen=True)
class Change:
    """A change of what a member wants, as it was written down."""

    id: int
    what: str
    value: str
    source: str
    at: datetime


def refusals(session: Session, member_ids: Collection[int]) -> dict[int, frozenset[Pair]]:
    """What is not to be sent to each of these members, as pairs of topic and way; one statement."""
    refused: defaultdict[int, set[Pair]] = defaultdict(lambda: set(BY_HOUSE))
    rows = session.execute(
        select(Choice.member_id, Choice.topic, Choice.way, Choice.wanted).where(Choice.member_id.in_(set(member_ids)))
    )
    for member_id, topic, way, wanted in rows:
        if wanted:
            refused[member_id].discard((topic, way))
        else:
            refused[member_id].add((topic, way))
    return {member_id: frozenset(refused[member_id]) if member_id in refused else BY_HOUSE for member_id in member_ids}


def quiet_hours(session: Session, member_ids: Collection[int]) -> dict[int, QuietHours | None]:
    """The quiet hours of each of these members, the house's where they chose none of their own; one statement.

    None where a member wants no quiet at all.
    """
    rows = session.scalars(select(OwnQuietHours).where(OwnQuietHours.member_id.in_(set(member_ids))))
    own = {row.member_id: hours_of(row) for row in rows}
    return {member_id: own.get(member_id, HOUSE_QUIET) for member_id in member_ids}


def changes(session: Session, member_id: int, *, before_id: int | None = None, limit: int) -> list[Change]:
    """A member's latest changes, or those before one of them."""
    mine = select(PreferenceChange).where(PreferenceChange.member_id == member_id)
    if before_id is not None:
        mine = mine.where(PreferenceChange.id < before_id)
    rows = session.scalars(mine.order_by(PreferenceChange.id.desc()).limit(limit))
    return [Change(row.id, row.what, row.value, row.source, row.changed_at) for row in rows]


def hours_of(row: OwnQuietHours) -> QuietHours | None:
    """What a row says."""
    return QuietHours(row.since, row.until) if row.since is not None and row.until is not None else None
