from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from threading import Event, Thread
from typing import Final
from uuid import uuid4

import prometheus_client
import structlog
from sqlalchemy.orm import Session

from backend.jobs import ledger
from backend.jobs.ledger import LEASE, Claim
from backend.jobs.models import DONE, FAILED, JobRun
from backend.jobs.schedule import JOBS, LATE, MADE_UP, Job, Missed
from backend.jobs.slices import FAILED as MEMBERS_FAILED
from backend.jobs.work import Counts
from backend.kit import db
from backend.kit.errors import NotFound
from backend.runtime import Runtime

log = structlog.get_logger(__name__)

RUNS: Final = prometheus_client.Counter("baihui_job_runs_total", "Runs of jobs by how they ended", ["job", "outcome"])


class JobUnknown(NotFound):
    """The timetable has no job of that name."""

    code = "jobs.unknown"
    message = "没有这个任务"


@dataclass(frozen=True)
class Planned:
    """A job of the timetable, when it is due next, what becomes of missed runs, and its newest run (none yet: None)."""

    name: str
    about: str
    cron: str
    missed: Missed
    next_at: datetime | None
    last_at: datetime | None
    last_outcome: str | None
    last_seconds: float | None
    last_counts: Counts | None
    last_error: str | None


def listing(runtime: Runtime) -> list[Planned]:
    """The timetable."""
    now = runtime.clock.now()
    with runtime.sessions.read() as session:
        last = {job.name: ledger.last_run(session, job.name) for job in JOBS}
    return [_planned(job, last[job.name], now) for job in JOBS]


def run(name: str, runtime: Runtime, at: datetime) -> Counts:
    """Run a job by hand for an instant, run for it before or not; `failed` counts members for whom it failed.

    Raises JobUnknown, or what the job raises.
    """
    job = next((job for job in JOBS if job.name == name), None)
    if job is None:
        raise JobUnknown
    claim = Claim(job.name, at, uuid4().hex)
    if _claimed(runtime, claim):
        return _run(runtime, job, claim)
    return job.work(runtime, at)


def fire(runtime: Runtime, job: Job, fire_at: datetime) -> bool:
    """Run a job for a due time, unless another process has it. Raises nothing; True when it was run here."""
    claim = Claim(job.name, fire_at, uuid4().hex)
    try:
        if not _claimed(runtime, claim):
            return False
        _run(runtime, job, claim)
    except Exception:
        log.exception("job.failed", job=job.name)
    return True


def take_over_lost(runtime: Runtime, jobs: Sequence[Job] = JOBS) -> int:
    """Run what processes began that have died since; returns how many runs that was."""
    by_name = {job.name: job for job in jobs}
    count = 0
    while (claim := _lost(runtime, by_name)) is not None:
        log.warning("job.taken-over", job=claim.job, fire_at=claim.fire_at.isoformat())
        try:
            _run(runtime, by_name[claim.job], claim)
        except Exception:
            log.exception("job.failed", job=claim.job)
        count += 1
    return count


def make_up_missed(runtime: Runtime, jobs: Sequence[Job] = JOBS) -> int:
    """Run what was due while no process was there, each job once for its newest due time, where that is its policy.

    Returns how many of them were run here. A job that has never run has missed nothing.
    """
    now = runtime.clock.now()
    with runtime.sessions.read() as session:
        missed = {job: due for job in jobs if (due := _missed(session, job, now)) is not None}
    count = 0
    for job, due in missed.items():
        log.warning("job.made-up", job=job.name, fire_at=due.isoformat())
        count += fire(runtime, job, due)
    return count


def _planned(job: Job, newest: JobRun | None, now: datetime) -> Planned:
    ended = newest.finished_at if newest else None
    return Planned(
        name=job.name,
        about=job.about,
        cron=job.cron,
        missed=job.missed,
        next_at=job.trigger().get_next_fire_time(None, now),
        last_at=newest.fire_at if newest else None,
        last_outcome=newest.outcome if newest else None,
        last_seconds=(ended - newest.started_at).total_seconds() if newest and ended else None,
        last_counts=newest.counts if newest else None,
        last_error=newest.error if newest else None,
    )


def _missed(session: Session, job: Job, now: datetime) -> datetime | None:
    due = job.newest_due(now - LATE) if job.missed == MADE_UP else None
    if due is None or job.is_too_late(due, now):
        return None
    newest = ledger.last_run(session, job.name)
    return due if newest is not None and newest.fire_at < due else None


def _claimed(runtime: Runtime, claim: Claim) -> bool:
    now = runtime.clock.now()
    return db.run(runtime.sessions.write, lambda session: ledger.claim(session, claim, now=now))


def _lost(runtime: Runtime, by_name: dict[str, Job]) -> Claim | None:
    now, owner = runtime.clock.now(), uuid4().hex
    return db.run(
        runtime.sessions.write, lambda session: ledger.take_over(session, jobs=by_name.keys(), owner=owner, now=now)
    )


def _run(runtime: Runtime, job: Job, claim: Claim) -> Counts:
    try:
        with _renewed(runtime, claim):
            counts = job.work(runtime, claim.fire_at)
    except Exception as error:
        _finish(runtime, claim, FAILED, {}, type(error).__name__)
        raise
    failed = counts.get(MEMBERS_FAILED, 0)
    _finish(runtime, claim, FAILED if failed else DONE, counts, f"failed for {failed}" if failed else None)
    return counts


def _finish(runtime: Runtime, claim: Claim, outcome: str, counts: Counts, error: str | None) -> None:
    now = runtime.clock.now()
    ours = db.run(
        runtime.sessions.write,
        lambda session: ledger.finish(session, claim, outcome=outcome, counts=counts, error=error, now=now),
    )
    log.info("job", job=claim.job, fire_at=claim.fire_at.isoformat(), outcome=outcome, ours=ours, **counts)
    RUNS.labels(claim.job, outcome).inc()


@contextmanager
def _renewed(runtime: Runtime, claim: Claim) -> Iterator[None]:
    """Renew the lease in the background for as long as the work lasts."""
    ended = Event()
    thread = Thread(target=_renew_until, args=(runtime, claim, ended), name=f"renew-{claim.job}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _renew_until(runtime: Runtime, claim: Claim, ended: Event) -> None:
    while not ended.wait(LEASE.total_seconds() / 3):
        now = runtime.clock.now()
        try:
            db.run(runtime.sessions.write, partial(ledger.renew, claim=claim, now=now))
        except Exception:
            log.exception("job.not-renewed", job=claim.job)
