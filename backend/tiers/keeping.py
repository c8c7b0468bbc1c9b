"""Writes down what became of a member: lines of the journal, changes with their evidence, gifts; and tells of them."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.kit.facts import announce
from backend.points import Account, Source
from backend.tiers import gifts, journal
from backend.tiers.conditions import Way
from backend.tiers.facts import TierLost, TierReached
from backend.tiers.history import DECAY, MERGE, TIME, Line
from backend.tiers.models import TierChange, TierFriend, TierReview
from backend.tiers.standings import Dossier, note_state
from backend.tiers.state import Decayed, Step


def keep_time(session: Session, account: Account, dossier: Dossier) -> None:
    """Write down what time alone did until now: decays of growth value, and tiers that came or went by themselves."""
    row, career = dossier.row, dossier.career
    story: list[Decayed | Step] = [*career.decays, *career.steps]
    for happened in sorted(story, key=lambda one: one.at):
        kind = DECAY if isinstance(happened, Decayed) else TIME
        growth = row.growth - (happened.amount if isinstance(happened, Decayed) else 0)
        source = Source(kind, row.last_seq + 1)
        told = Line(0, kind, happened.at, version=career.state.version)
        line = journal.append(session, row, told, source=source, growth=growth)
        if isinstance(happened, Step):
            note_step(session, account, dossier, happened, line.seq)
    career.steps, career.decays = [], []
    note_state(row, career)


def keep_line(
    session: Session,
    account: Account,
    dossier: Dossier,
    line: Line,
    *,
    source: Source,
    note: journal.Note | None = None,
) -> None:
    """Write down a line that the career has counted, and the step it caused if it caused one."""
    row, career = dossier.row, dossier.career
    judged = line._replace(version=career.state.version)
    told = journal.append(session, row, judged, source=source, growth=career.history.growth, note=note)
    for step in career.steps:
        note_step(session, account, dossier, step, told.seq)
    career.steps, career.decays = [], []
    note_state(row, career)


def note_step(session: Session, account: Account, dossier: Dossier, step: Step, seq: int) -> None:
    """Write down a change of tier, give the gifts of a rise, and tell whoever listens and who invited the member."""
    book = dossier.career.book
    if step.after != step.before:
        dossier.row.since_at = step.at
        session.add(
            TierChange(
                member_id=account.member_id,
                growth_seq=seq,
                from_code=step.before,
                to_code=step.after,
                cause=step.cause,
                book_version=step.version,
                evidence=[_said(way) for way in step.evidence] or None,
                at=step.at,
            )
        )
        rose = book.rank(step.after) > book.rank(step.before)
        news = TierReached if rose else TierLost
        name = book.rules_of(step.after).name
        announce(session, news(account.member_id, step.after, name, step.before, seq, step.at))
        _note_friend(session, account.member_id, step.at)
    above, upto = book.rank(step.earned_before), book.rank(step.earned_after)
    if upto > above and step.cause != MERGE:
        rise = gifts.Rise(above, upto, seq, step.version, step.at)
        gifts.give(session, account, book, rise, now=dossier.career.state.at)


def _note_friend(session: Session, friend_id: int, at: datetime) -> None:
    """Have whoever invited this member looked at: later and under their own lock, never under two."""
    inviter_id = session.scalar(select(TierFriend.inviter_id).where(TierFriend.friend_id == friend_id))
    if inviter_id is not None:
        session.add(TierReview(inviter_id=inviter_id, friend_id=friend_id, noted_at=at))


def _said(way: Way) -> list[dict[str, Any]]:
    return [{name: _plain(value) for name, value in asdict(need).items() if value is not None} for need in way]


def _plain(value: Any) -> Any:
    return value if isinstance(value, (int, str)) else value.isoformat()
