"""What operators do with a broadcast. Each step is kept with who took it."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend import operators
from backend.messaging.broadcasts import audience
from backend.messaging.broadcasts.errors import (
    BroadcastUnknown,
    NeedsApproval,
    NobodyThere,
    NotNow,
    SamePerson,
    TimeOver,
)
from backend.messaging.broadcasts.models import Broadcast, Step
from backend.messaging.broadcasts.rules import STEPS, WORDS, Stage, checked_note
from config import policy


def approve(session: Session, broadcast_id: int, *, by: str, note: str = "", now: datetime) -> Broadcast:
    """Let another operator's broadcast go to any number of members.

    Raises BroadcastUnknown, NotNow, SamePerson, NoteRefused and what looking up the operator raises; so do the others
    here.
    """
    broadcast, login = _at(session, broadcast_id, "approve", by)
    if login == broadcast.made_by:
        raise SamePerson
    broadcast.approved_by = login
    return noted(session, broadcast, "approve", by=login, note=note, now=now)


def start(
    session: Session, broadcast_id: int, *, at: datetime | None = None, by: str, note: str = "", now: datetime
) -> Broadcast:
    """Let a draft be planned and sent, now or `at` a later time; who is in its audience is judged then.

    Raises NobodyThere where nobody is now, NeedsApproval where more are than one may write to alone, TimeOver.
    """
    broadcast, login = _at(session, broadcast_id, "start", by)
    if at is not None and at < now:
        raise TimeOver
    broadcast.expected = audience.count(session, broadcast, now=now)
    if not broadcast.expected:
        raise NobodyThere
    _check_alone(broadcast, broadcast.expected)
    broadcast.starts_at = at or now
    broadcast.status = Stage.SCHEDULED
    return noted(session, broadcast, "start", by=login, note=note, now=now)


def pause(session: Session, broadcast_id: int, *, by: str, note: str = "", now: datetime) -> Broadcast:
    """Hold a broadcast where it stands: when this is committed, nothing of it is claimed, decided or begun any more.

    What a deliverer holds at that moment is sent; it is no more than a few for each.
    """
    broadcast, login = _at(session, broadcast_id, "pause", by)
    broadcast.status = Stage.PAUSED
    return noted(session, broadcast, "pause", by=login, note=note, now=now)


def resume(session: Session, broadcast_id: int, *, by: str, note: str = "", now: datetime) -> Broadcast:
    """Go on where it was paused. Raises NeedsApproval where planning met more members than one may write to alone."""
    broadcast, login = _at(session, broadcast_id, "resume", by)
    _check_alone(broadcast, broadcast.planned)
    broadcast.status = _where_it_was(broadcast)
    return noted(session, broadcast, "resume", by=login, note=note, now=now)


def stop(session: Session, broadcast_id: int, *, by: str, note: str = "", now: datetime) -> Broadcast:
    """End a broadcast, as `pause` at once and for ever; what waits of it is skipped by the job, slice by slice."""
    broadcast, login = _at(session, broadcast_id, "stop", by)
    broadcast.status = Stage.STOPPED
    return noted(session, broadcast, "stop", by=login, note=note, now=now)


def withdraw(session: Session, broadcast_id: int, *, by: str, note: str = "", now: datetime) -> Broadcast:
    """Take the messages of an ended broadcast out of all inboxes; what phones have shown stays shown."""
    broadcast, login = _at(session, broadcast_id, "withdraw", by)
    broadcast.withdrawn_at = broadcast.withdrawn_at or now
    return noted(session, broadcast, "withdraw", by=login, note=note, now=now)


def locked(session: Session, broadcast_id: int) -> Broadcast:
    """The broadcast, locked and read anew. Raises BroadcastUnknown."""
    found = session.get(Broadcast, broadcast_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise BroadcastUnknown
    return found


def noted(session: Session, broadcast: Broadcast, what: str, *, by: str, note: str, now: datetime) -> Broadcast:
    """Keep that a step was taken. Raises NoteRefused."""
    steps = select(func.count()).where(Step.broadcast_id == broadcast.id)
    no = (session.scalar(steps) or 0) + 1
    session.add(Step(broadcast_id=broadcast.id, no=no, what=what, by=by, note=checked_note(note), at=now))
    return broadcast


def _at(session: Session, broadcast_id: int, what: str, by: str) -> tuple[Broadcast, str]:
    """The locked broadcast, where it stands so that the step may be taken, and the login of who takes it."""
    broadcast, operator = locked(session, broadcast_id), operators.acting(session, by)
    if broadcast.status not in STEPS[what]:
        raise NotNow(status=WORDS[Stage(broadcast.status)])
    return broadcast, operator.login


def _check_alone(broadcast: Broadcast, count: int) -> None:
    if broadcast.approved_by is None and count > policy.BROADCAST_ALONE:
        raise NeedsApproval(alone=policy.BROADCAST_ALONE)


def _where_it_was(broadcast: Broadcast) -> Stage:
    if broadcast.began_at is None:
        return Stage.SCHEDULED
    return Stage.PLANNING if broadcast.planned_at is None else Stage.RUNNING
