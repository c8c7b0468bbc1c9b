"""Who runs which due time of which job."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, and_, delete, select, update
from sqlalchemy.orm import Session

from backend.jobs.models import RUNNING, JobRun

LEASE = timedelta(minutes=5)
"""A run whose process has not renewed it for so long is taken for dead."""


@dataclass(frozen=True)
class Claim:
    """The right to run a job for the instant that it was due."""

    job: str
    fire_at: datetime
    owner: str


def claim(session: Session, claim: Claim, *, now: datetime) -> bool:
    """Write the run down as ours; False when somebody has written it down before."""
    if session.get(JobRun, (claim.job, claim.fire_at)) is not None:
        return False
    session.add(
        JobRun(
            job=claim.job, fire_at=claim.fire_at, owner=claim.owner, started_at=now, lease_until=now + LEASE, counts={}
        )
    )
    session.flush()  # of two at once the second violates the key here, and finds the row when it is run again
    return True


def renew(session: Session, claim: Claim, *, now: datetime) -> bool:
    """Say that we still run it; False when it was taken over."""
    return _changed(session, _ours(claim), lease_until=now + LEASE)


def finish(
    session: Session, claim: Claim, *, outcome: str, counts: dict[str, int], error: str | None, now: datetime
) -> bool:
    """Write down how it ended; False when it was taken over."""
    return _changed(session, _ours(claim), outcome=outcome, counts=counts, error=error, finished_at=now)


def take_over(session: Session, *, jobs: Collection[str], owner: str, now: datetime) -> Claim | None:
    """A run whose process died, now ours; None when there is none."""
    lost = select(JobRun).where(JobRun.outcome == RUNNING, JobRun.lease_until <= now, JobRun.job.in_(jobs))
    run = session.scalar(lost.order_by(JobRun.lease_until).limit(1))
    if run is None:
        return None
    still_lost = _ours(Claim(run.job, run.fire_at, run.owner)) & (JobRun.lease_until <= now)
    if not _changed(session, still_lost, owner=owner, started_at=now, lease_until=now + LEASE):
        return None
    return Claim(run.job, run.fire_at, owner)


def last_run(session: Session, job: str) -> JobRun | None:
    """The newest run of a job."""
    return session.scalar(select(JobRun).where(JobRun.job == job).order_by(JobRun.fire_at.desc()).limit(1))


def forget_runs(session: Session, *, before: datetime, limit: int) -> int:
    """Delete up to `limit` runs that were due before an instant; returns how many."""
    old = session.execute(select(JobRun.job, JobRun.fire_at).where(JobRun.fire_at < before).limit(limit)).all()
    for job, fire_at in old:
        session.execute(delete(JobRun).where(JobRun.job == job, JobRun.fire_at == fire_at))
    return len(old)


def _ours(claim: Claim) -> ColumnElement[bool]:
    return and_(
        JobRun.job == claim.job,
        JobRun.fire_at == claim.fire_at,
        JobRun.owner == claim.owner,
        JobRun.outcome == RUNNING,
    )


def _changed(session: Session, which: ColumnElement[bool], **values: object) -> bool:
    change = update(JobRun).where(which).values(**values).execution_options(synchronize_session=False)
    return bool(cast("CursorResult[Any]", session.execute(change)).rowcount)
