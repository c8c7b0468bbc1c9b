"""Decides the messages of a broadcast, slice by slice, each slice one statement of the database in one transaction.

A process may die anywhere: rows and the broadcast's place commit together, so whoever goes on begins behind the last
whole slice. Any number of processes may plan one broadcast: they take turns at its row.
"""

from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import CursorResult, Select, String, func, insert, literal, select
from sqlalchemy import cast as as_type
from sqlalchemy.orm import Session

from backend.kit.digests import Sha256
from backend.kit.ids import new_ids
from backend.messaging.broadcasts import audience, steering
from backend.messaging.broadcasts.models import Broadcast
from backend.messaging.broadcasts.rules import CAUSE, Stage
from backend.messaging.models import Message
from config import policy

SLICE: Final = 5_000  # members who are looked at: their rows are held for some 100 ms, and larger ones save little
PLANNER: Final = "planning"
COLUMNS: Final = ("id", "member_id", "template", "words", "cause", "queue", "decided_at", "due_at")


def plan_slice(session: Session, broadcast_id: int, *, now: datetime, limit: int) -> int | None:
    """Look at the next `limit` members and decide the message of those who are in the audience; returns how many are.

    None where there is nothing to plan (any more): it was paused or stopped, or its time has not come. After the last
    slice the broadcast runs. One that was approved by nobody is paused when it meets more members than one operator
    may write to alone. Raises BroadcastUnknown.
    """
    broadcast = steering.locked(session, broadcast_id)
    if not _is_begun(broadcast, now):
        return None
    until = audience.end_of_slice(session, broadcast, limit)
    count = _decide(session, broadcast, until, limit)
    broadcast.planned += count
    if until is None:
        broadcast.status, broadcast.planned_at = Stage.RUNNING, now
    else:
        broadcast.place = until
    if broadcast.approved_by is None and broadcast.planned > policy.BROADCAST_ALONE:
        broadcast.status = Stage.PAUSED
        steering.noted(session, broadcast, "pause", by=PLANNER, note="needs approval", now=now)
    return count


def _is_begun(broadcast: Broadcast, now: datetime) -> bool:
    if broadcast.status == Stage.SCHEDULED and broadcast.starts_at is not None and broadcast.starts_at <= now:
        broadcast.status, broadcast.began_at = Stage.PLANNING, now
    return broadcast.status == Stage.PLANNING


def _decide(session: Session, broadcast: Broadcast, until: int | None, limit: int) -> int:
    # who joins after planning began is not in: else a long plan would have no end of its own
    began_at = cast("datetime", broadcast.began_at)
    ids = audience.chosen(session, broadcast, after=broadcast.place, until=until, now=began_at)
    rows = insert(Message).from_select(list(COLUMNS), _rows(broadcast, ids, new_ids(limit)))
    return cast("CursorResult[Any]", session.execute(rows)).rowcount


def _rows(broadcast: Broadcast, ids: Select[int], first_id: int) -> Select[Any]:
    """The rows of those of the members who have no message of this broadcast: who were merged may have one already."""
    who = ids.subquery()
    cause = Sha256(literal(f"{CAUSE}\n").concat(as_type(who.c.id, String)).concat(f"\n{broadcast.id}"))
    has_one = select(Message.id).where(Message.cause == cause).correlate(who).exists()
    began_at = literal(broadcast.began_at, Message.due_at.type)
    return select(
        literal(first_id) + func.row_number().over(order_by=who.c.id) - 1,
        who.c.id,
        literal(broadcast.template),
        literal({}, Message.words.type),
        cause,
        literal(broadcast.id),
        began_at,
        began_at,
    ).where(~has_one)
