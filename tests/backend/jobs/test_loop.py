from collections import Counter
from datetime import UTC, timedelta
from threading import Event, Lock, Thread
from time import monotonic, sleep

import pytest
from sqlalchemy import select

from backend.jobs import Job, loop
from backend.jobs.dispatching import InThreads
from backend.jobs.models import JobRun
from backend.jobs.schedule import MADE_UP
from backend.kit.clock import SystemClock
from backend.kit.db import connect
from tests.support.databases import sqlite_copy
from tests.support.runtimes import make_runtime


def wait_for(condition, seconds=30):
    until = monotonic() + seconds
    while not condition():
        assert monotonic() < until
        sleep(0.02)


class Diary:
    """What was run for which due time, however many schedulers run it."""

    def __init__(self):
        self._lock = Lock()
        self.times = Counter()

    def write(self, _runtime, at):
        with self._lock:
            self.times[at] += 1
        return {"done": 1}


@pytest.mark.slow
def test_three_schedulers_run_each_due_time_once(engine):
    diary = Diary()
    often = Job("often", "every second", "* * * * * *", diary.write)
    schedulers = [loop.make_scheduler(make_runtime(engine, SystemClock()), [often]) for _ in range(3)]
    for scheduler in schedulers:
        scheduler.start()
    wait_for(lambda: len(diary.times) >= 4)
    for scheduler in schedulers:
        scheduler.shutdown(wait=True)
    assert set(diary.times.values()) == {1}
    with make_runtime(engine, SystemClock()).sessions.read() as session:
        written = session.scalars(select(JobRun)).all()
    assert {run.fire_at for run in written} == set(diary.times)
    assert {run.outcome for run in written} == {"done"}


def test_a_failing_job_is_offered_its_next_due_time(sqlite_runtime):
    tried = []

    def fail(_runtime, at):
        tried.append(at)
        raise ZeroDivisionError

    scheduler = loop.make_scheduler(sqlite_runtime, [Job("bad", "fails", "* * * * * *", fail)])
    scheduler.start()
    wait_for(lambda: len(tried) >= 2)
    scheduler.shutdown(wait=True)
    assert len(set(tried)) == len(tried)
    assert {at.tzinfo for at in tried} == {UTC}  # what services write down and hash is told in UTC


def test_serving_ends_when_told_and_waits_for_what_was_begun(sqlite_runtime):
    stopped = Event()
    thread = Thread(target=loop.serve, args=(sqlite_runtime, InThreads(), stopped))
    thread.start()
    stopped.set()
    thread.join(30)
    assert not thread.is_alive()


def test_what_comes_too_late_because_the_machine_slept_is_skipped(sqlite_runtime):
    diary, now = Diary(), sqlite_runtime.clock.now()
    job = Job("often", "every minute", "* * * * *", diary.write)
    loop._fire_each(sqlite_runtime, job, [now - timedelta(hours=1), now])
    assert list(diary.times) == [now]


def test_looking_round_makes_up_what_was_missed(sqlite_runtime):
    diary, now = Diary(), sqlite_runtime.clock.now()
    job = Job("often", "every hour", "0 * * * *", diary.write, MADE_UP)
    loop._fire_each(sqlite_runtime, job, [now - timedelta(days=1)])
    loop._look_round(sqlite_runtime, [job])
    assert len(diary.times) == 2


def test_looking_round_measures_the_outbox(sqlite_runtime):
    loop._look_round(sqlite_runtime, [])
    assert loop.WAITING._value.get() == 0


def test_looking_round_outlives_a_database_that_is_away(sqlite_runtime, tmp_path):
    away = make_runtime(connect(f"sqlite:///{tmp_path}/nowhere/x.db"), SystemClock())
    loop._look_round(away, [])


@pytest.fixture
def sqlite_runtime(sqlite_template, tmp_path):
    with sqlite_copy(sqlite_template, tmp_path) as engine:
        yield make_runtime(engine, SystemClock())
