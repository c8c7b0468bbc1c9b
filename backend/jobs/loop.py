"""The jobs process: the timetable in threads, the sending of messages in the middle, an orderly end."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from threading import Event, Thread
from typing import Any, Final

import prometheus_client
import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from backend import conversations, messaging
from backend.jobs.dispatching import Dispatcher
from backend.jobs.runner import fire, make_up_missed, take_over_lost
from backend.jobs.schedule import JOBS, Job
from backend.runtime import Runtime
from config import policy

log = structlog.get_logger(__name__)

THREADS: Final = 4
LOOK_ROUND_EVERY_S: Final = 30

WAITING: Final = prometheus_client.Gauge(
    "baihui_messages_waiting", "Messages in the outbox", multiprocess_mode="mostrecent"
)
OLDEST: Final = prometheus_client.Gauge(
    "baihui_messages_longest_wait_seconds", "Age of the message that is due longest", multiprocess_mode="mostrecent"
)


def serve(runtime: Runtime, dispatcher: Dispatcher, stopped: Event) -> None:
    """Run the timetable and dispatch messages until `stopped` is set; then end what was begun, begin nothing."""
    _name_missing_templates(runtime)
    scheduler = make_scheduler(runtime)
    scheduler.start()
    log.info("jobs.started", jobs=[job.name for job in JOBS], dispatcher=type(dispatcher).__name__)
    replies = Thread(target=conversations.send_replies_until, args=(runtime, stopped), name="desk")
    replies.start()
    try:
        dispatcher.dispatch_until(runtime, stopped)
    finally:
        stopped.set()  # also where the delivery itself failed
        replies.join()
        scheduler.shutdown(wait=True)
        log.info("jobs.ended")


def make_scheduler(runtime: Runtime, jobs: Sequence[Job] = JOBS) -> BackgroundScheduler:
    """A scheduler that offers each due time to the ledger. Its own store is memory: the timetable is code."""
    scheduler = BackgroundScheduler(executors={"default": FireTimes(THREADS)}, timezone=policy.SHOP_ZONE)
    for job in jobs:
        scheduler.add_job(partial(_fire_each, runtime, job), job.trigger(), id=job.name, coalesce=True)
    look_round = partial(_look_round, runtime, jobs)
    at_once = {"next_run_time": runtime.clock.now()}  # what was missed until now
    scheduler.add_job(look_round, "interval", seconds=LOOK_ROUND_EVERY_S, id="look-round", coalesce=True, **at_once)
    return scheduler


class FireTimes(ThreadPoolExecutor):  # type: ignore[misc]  # apscheduler carries no types
    """Tells a job the instants for which it is due, which APScheduler keeps to itself.

    `_do_submit_job` is private to APScheduler 3: pyproject.toml keeps to that line, and a test runs three schedulers.
    It also wants to call a job without arguments, so the instants have a default that is never used.
    """

    def _do_submit_job(self, job: Any, run_times: list[datetime]) -> None:
        work: Callable[[Sequence[datetime]], None] = job.func
        done = self._pool.submit(work, run_times)
        done.add_done_callback(lambda _: self._run_job_success(job.id, []))


def _fire_each(runtime: Runtime, job: Job, fire_times: Sequence[datetime] = ()) -> None:
    for fire_time in fire_times:
        fire_at = fire_time.astimezone(UTC)  # the scheduler thinks in the shop's zone, services in UTC
        if job.is_too_late(fire_at, runtime.clock.now()):  # the machine slept
            log.warning("job.skipped", job=job.name, fire_at=fire_at.isoformat())
        else:
            fire(runtime, job, fire_at)


def _look_round(runtime: Runtime, jobs: Sequence[Job], _fire_times: Sequence[datetime] = ()) -> None:
    try:
        take_over_lost(runtime, jobs)
        make_up_missed(runtime, jobs)
        _measure(runtime)
    except Exception:
        log.exception("jobs.look-round-failed")


def _measure(runtime: Runtime) -> None:
    with runtime.sessions.read() as session:
        waiting, since = messaging.outbox_depth(session), messaging.longest_waiting_since(session)
    WAITING.set(waiting)
    OLDEST.set((runtime.clock.now() - since).total_seconds() if since else 0)


def _name_missing_templates(runtime: Runtime) -> None:
    missing = sorted(set(messaging.CATALOGUE) - set(runtime.template_ids))
    if missing:
        log.warning("messages.skipped-without-template-id", setting="MESSAGE_TEMPLATE_IDS", missing=missing)
