"""What the clock brings to events, session by session."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Final

from sqlalchemy.orm import Session

from backend import events
from backend.jobs.slices import Do, Find, Place, by_id, id_of, walk
from backend.kit.db import run
from backend.runtime import Runtime

Counts = dict[str, int]

SLICE: Final = 100  # accounts that are locked together


def tend_events(runtime: Runtime, at: datetime) -> Counts:
    """Move up who waits, tell what has changed, remind, take points that are due, and settle what is over."""
    with runtime.sessions.read() as session:
        session_ids = events.unsettled(session, now=at)
    counts: Counter[str] = Counter()
    for session_id in session_ids:
        counts += tend_session(runtime, session_id, at)
    return dict(counts)


def tend_session(
    runtime: Runtime, session_id: int, at: datetime, *, progress: Callable[[int], object] = int
) -> Counter[str]:
    """Do for one session what is to be done; what was done before is done no more. `progress` hears of how many."""
    counts: Counter[str] = Counter()
    while moved := run(runtime.sessions.write, partial(events.turn, session_id=session_id, now=at)):
        counts["moved-up"] += moved
    with runtime.sessions.read() as session:
        steps = events.steps(session, session_id, now=at)
    for step in steps:
        counts += walk(runtime, _finding(step, session_id), _doing(step, session_id, at, progress))
    run(runtime.sessions.write, partial(events.finish, session_id=session_id, now=at))
    return counts


def _finding(step: events.Step, session_id: int) -> Find:
    def find(session: Session, after: Place | None) -> Sequence[Place]:
        return by_id(events.find_members(session, step, session_id, after=id_of(after), limit=SLICE))

    return find


def _doing(step: events.Step, session_id: int, at: datetime, progress: Callable[[int], object]) -> Do:
    def do(session: Session, member_ids: Sequence[int]) -> Counter[str]:
        done = events.do(session, step, session_id, member_ids, now=at)
        progress(done.total())
        return done

    return do
