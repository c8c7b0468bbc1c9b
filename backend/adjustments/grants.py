from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, func, select, update
from sqlalchemy.orm import Session

from backend.adjustments import limits
from backend.adjustments.errors import (
    BeyondAllowance,
    GrantUnknown,
    NeedsApproval,
    NothingToGive,
    NothingToRetry,
    NotNow,
    PlanOutdated,
    SamePerson,
)
from backend.adjustments.models import Grant, GrantDecision, GrantRow
from backend.adjustments.rules import APPROVED, DONE, FAILURES, GRANT_WORDS, PLANNED, STEPS, TURNS, checked_note


def approve_grant(session: Session, grant_id: int, *, by: str, now: datetime, note: str | None = None) -> Grant:
    """Let another operator's plan be started, within one's own limits for that.

    Raises GrantUnknown, NotNow, PlanOutdated, SamePerson, BeyondAllowance, NoteRefused and what looking up the operator
    raises; so do the others here.
    """
    grant = _locked(session, grant_id)
    _step(grant, "approve")
    _check_fresh(grant, now)
    desk = limits.desk(session, by, now=now)
    if desk.login == grant.planned_by:  # as it is written: MariaDB finds a login with blanks behind it too
        raise SamePerson
    if not limits.use(session, desk, "approve_grant", grant.total):
        raise BeyondAllowance
    return _decide(session, grant, "approve", by=desk.login, note=note, now=now)


def start_grant(session: Session, grant_id: int, *, by: str, now: datetime) -> Grant:
    """Let an approved or paused grant run; or a planned one, within one's own limits. Raises NeedsApproval."""
    grant = _locked(session, grant_id)
    _step(grant, "start")
    desk = limits.desk(session, by, now=now)
    if grant.status in {PLANNED, APPROVED}:
        _check_fresh(grant, now)
    if grant.status == PLANNED and not limits.use(session, desk, "grant", grant.total):
        raise NeedsApproval
    return _decide(session, grant, "start", by=desk.login, now=now)


def pause_grant(session: Session, grant_id: int, *, by: str, now: datetime) -> Grant:
    """Hold a grant, or its reversal, where it stands: nothing moves after this until it is started again."""
    grant = _locked(session, grant_id)
    _step(grant, "pause")
    desk = limits.desk(session, by, now=now)
    return _decide(session, grant, "pause", by=desk.login, now=now)


def cancel_grant(session: Session, grant_id: int, *, note: str, by: str, now: datetime) -> Grant:
    """Give no more of a grant, or nothing at all: what was given stays given. Refusing a plan is cancelling it."""
    grant = _locked(session, grant_id)
    _step(grant, "cancel")
    desk = limits.desk(session, by, now=now)
    grant.ended_at = now
    return _decide(session, grant, "cancel", by=desk.login, note=note, now=now)


def reverse_grant(session: Session, grant_id: int, *, note: str, by: str, now: datetime) -> Grant:
    """Begin, or go on, to take back all that an ended grant has given; what members have spent becomes their debt.

    Raises NothingToGive when nothing is left of it, BeyondAllowance for what the operator could neither grant nor
    approve in one go.
    """
    grant = _locked(session, grant_id)
    _step(grant, "reverse")
    given = _given(session, grant_id)
    if not given:
        raise NothingToGive
    desk = limits.desk(session, by, now=now)
    if not (desk.covers("grant", given) or desk.covers("approve_grant", given)):
        raise BeyondAllowance
    grant.ended_at = None
    return _decide(session, grant, "reverse", by=desk.login, note=note, now=now)


def retry_grant(session: Session, grant_id: int, *, by: str, now: datetime) -> Grant:
    """Give every row of an ended grant that failed, or that could not be taken back, another turn.

    It was started or approved for them already, so that no allowance is asked. Raises NothingToRetry.
    """
    grant = _locked(session, grant_id)
    again = _step(grant, "retry")
    desk = limits.desk(session, by, now=now)
    failed = (GrantRow.grant_id == grant_id) & (GrantRow.status == FAILURES[again])
    waits = update(GrantRow).where(failed).values(status=TURNS[again], failure=None)
    if not cast("CursorResult[Any]", session.execute(waits)).rowcount:
        raise NothingToRetry
    grant.ended_at = None
    return _decide(session, grant, "retry", by=desk.login, now=now)


def finish_grant(session: Session, grant_id: int, *, now: datetime) -> bool:
    """Write down that every row has had its turn; False when there are rows left, or the grant does not run."""
    grant = _locked(session, grant_id)
    if grant.status not in STEPS["finish"]:
        return False
    still = TURNS[grant.status]
    left = select(GrantRow.member_id).where(GrantRow.grant_id == grant_id, GrantRow.status == still).limit(1)
    if session.scalar(left) is not None:
        return False
    grant.status, grant.ended_at = _step(grant, "finish"), now
    return True


def _locked(session: Session, grant_id: int) -> Grant:
    grant = session.get(Grant, grant_id, with_for_update=True, populate_existing=True)
    if grant is None:
        raise GrantUnknown
    return grant


def _step(grant: Grant, what: str) -> str:
    """Where the grant stands after a step. Raises NotNow."""
    after = STEPS[what].get(grant.status)
    if after is None:
        raise NotNow(status=GRANT_WORDS[grant.status])
    return after


def _check_fresh(grant: Grant, now: datetime) -> None:
    if now >= grant.start_by:
        raise PlanOutdated


def _given(session: Session, grant_id: int) -> int:
    given = select(func.sum(GrantRow.points)).where(GrantRow.grant_id == grant_id, GrantRow.status == DONE)
    return int(session.scalar(given) or 0)


def _decide(session: Session, grant: Grant, what: str, *, by: str, now: datetime, note: str | None = None) -> Grant:
    before = select(func.count()).where(GrantDecision.grant_id == grant.id)
    no = (session.scalar(before) or 0) + 1
    said = checked_note(note) if note is not None else ""
    session.add(GrantDecision(grant_id=grant.id, no=no, what=what, by=by, note=said, at=now))
    grant.status = _step(grant, what)
    return grant
