from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import members
from backend.preferences.models import Choice, OwnQuietHours, PreferenceChange
from backend.preferences.queries import quiet_hours
from backend.preferences.quiet import QuietHours
from backend.preferences.rules import MARKETING, TOPICS, Pair, wants


def choose(
    session: Session, member_id: int, wanted: Mapping[Pair, bool], *, source: str, now: datetime
) -> frozenset[Pair]:
    """Note which topics a member wants by which ways; what has changed by that. All else stays as it is.

    `source` is who says so: mini-program, official-account, sms, e-mail, sms-provider. Also who is blocked may choose.
    """
    rows = _locked_choices(session, member_id)
    chosen = {pair: row.wanted for pair, row in rows.items()}
    changed = frozenset(pair for pair, want in wanted.items() if wants(chosen, pair) != want)
    for topic, way in sorted(changed):
        want = wanted[topic, way]
        row = rows.get((topic, way))
        if row is None:
            row = Choice(member_id=member_id, topic=topic, way=way)
            session.add(row)
        row.wanted, row.changed_at = want, now
        note(session, member_id, f"{topic}/{way}", "on" if want else "off", source=source, now=now)
    return changed


def choose_marketing(
    session: Session, member_id: int, ways: Collection[str], *, wanted: bool, source: str, now: datetime
) -> bool:
    """Note that a member wants no marketing by these ways any more, or wants it again; whether that is a change."""
    topics = [name for name, topic in TOPICS.items() if topic.kind == MARKETING]
    pairs = {(topic, way): wanted for topic in topics for way in ways}
    return bool(choose(session, member_id, pairs, source=source, now=now))


def keep_quiet(session: Session, member_id: int, hours: QuietHours | None, *, source: str, now: datetime) -> None:
    """Note in which hours of the shop's day a member wants quiet; None: in none."""
    members.locked(session, member_id)
    if quiet_hours(session, [member_id])[member_id] == hours:
        return
    row = session.get(OwnQuietHours, member_id)
    if row is None:
        row = OwnQuietHours(member_id=member_id)
        session.add(row)
    row.since, row.until = (hours.since, hours.until) if hours else (None, None)
    value = f"{hours.since:%H:%M}-{hours.until:%H:%M}" if hours else "none"
    note(session, member_id, "quiet-hours", value, source=source, now=now)


def note(session: Session, member_id: int, what: str, value: str, *, source: str, now: datetime) -> None:
    """Write a change down."""
    session.add(PreferenceChange(member_id=member_id, what=what, value=value, source=source, changed_at=now))


def _locked_choices(session: Session, member_id: int) -> dict[Pair, Choice]:
    members.locked(session, member_id)
    mine = select(Choice).where(Choice.member_id == member_id).execution_options(populate_existing=True)
    return {(row.topic, row.way): row for row in session.scalars(mine)}
