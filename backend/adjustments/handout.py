"""Gives the rows of a grant to their members, or takes them back: each member in a transaction of its own.

A process may die anywhere: a row and its points commit together, so whoever goes on gives what waits and nothing twice.
Any number of processes may work on one grant.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import points
from backend.adjustments.grants import finish_grant
from backend.adjustments.models import Grant, GrantRow
from backend.adjustments.rules import DONE, FAILURES, REVERSED, RUNNING, TURNS
from backend.kit.db import Sessions, run
from backend.kit.errors import DomainError, Unavailable
from backend.points import Source

log = structlog.get_logger(__name__)

LEDGER, REVERSAL = "grant", "grant-reversal"  # kinds of sources in the journal of points
SLICE: Final = 200
STOPPED, PASSED, LATER = "stopped", "passed", "later"  # what may become of a row's turn, besides its new status


@dataclass(frozen=True)
class Turn:
    """One row of a grant that stands at `status`, at one instant."""

    grant_id: int
    member_id: int
    status: str
    now: datetime


@dataclass(frozen=True)
class Slice:
    """A piece of work on a grant: what became of the rows in it, and the member with whom it ended."""

    outcomes: Counter[str]
    last: int


def hand_out(sessions: Sessions, grant_id: int, *, after: int = 0, now: datetime) -> Slice | None:
    """Work on the next rows of a running grant, or of its reversal, behind member `after`. None when there are none.

    With no row left the grant is ended. What the database had no patience for waits for the next round from 0.
    """
    with sessions.read() as session:
        status = session.scalar(select(Grant.status).where(Grant.id == grant_id))
        if status not in TURNS:
            return None
        rows = _next(session, grant_id, status, after)
    if not rows:
        run(sessions.write, partial(finish_grant, grant_id=grant_id, now=now))
        return None
    outcomes: Counter[str] = Counter()
    for member_id in rows:
        outcome = _one(sessions, Turn(grant_id, member_id, status, now))
        if outcome == STOPPED:
            break  # what was done until then is told, and the next call finds nothing to do
        outcomes[outcome] += 1
    return Slice(outcomes, rows[-1])


def _next(session: Session, grant_id: int, status: str, after: int) -> Sequence[int]:
    rows = select(GrantRow.member_id).where(GrantRow.grant_id == grant_id, GrantRow.status == TURNS[status])
    return session.scalars(rows.where(GrantRow.member_id > after).order_by(GrantRow.member_id).limit(SLICE)).all()


def _one(sessions: Sessions, turn: Turn) -> str:
    try:
        return run(sessions.write, partial(_move, turn=turn))
    except Unavailable:
        return LATER
    except DomainError as refusal:
        failure = refusal.code
    except Exception:
        log.exception("grants.failed-for-one", grant=turn.grant_id)
        failure = "error"
    return run(sessions.write, partial(_fail, turn=turn, failure=failure))


def _move(session: Session, *, turn: Turn) -> str:
    """Move one member's points, under the account's lock."""
    account = points.lock(session, turn.member_id, now=turn.now)
    row, given = _row(session, turn), Source(LEDGER, turn.grant_id)
    if isinstance(row, str):
        return row
    if turn.status == RUNNING:
        points.credit(session, account, row.points, source=given, now=turn.now)
        row.status, row.done_at = DONE, turn.now
    else:
        source = Source(REVERSAL, turn.grant_id)
        points.take_back(session, account, row.points, source=source, of=[given], now=turn.now)
        row.status = REVERSED
    return row.status


def _fail(session: Session, *, turn: Turn, failure: str) -> str:
    row = _row(session, turn)
    if isinstance(row, str):
        return row
    row.status, row.failure = FAILURES[turn.status], failure
    return row.status


def _row(session: Session, turn: Turn) -> GrantRow | str:
    """The row, locked, if it is still its turn; the shared lock on the grant lets who pauses it wait for our end."""
    status = session.scalar(select(Grant.status).where(Grant.id == turn.grant_id).with_for_update(read=True))
    if status != turn.status:
        return STOPPED
    row = session.get(GrantRow, (turn.grant_id, turn.member_id), with_for_update=True, populate_existing=True)
    return PASSED if row is None or row.status != TURNS[turn.status] else row
