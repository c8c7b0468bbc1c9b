import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from backend import jobs
from backend.jobs import Job, ledger, runner
from backend.jobs.ledger import LEASE, Claim
from backend.jobs.schedule import MADE_UP, SKIPPED
from backend.kit.db import run
from tests.support.clocks import MORNING
from tests.support.races import race
from tests.support.runtimes import make_runtime


@pytest.fixture
def done():
    return []


@pytest.fixture
def job(done):
    def work(_runtime, at):
        done.append(at)
        return {"done": 1}

    return Job("count", "counts", "* * * * *", work)


def last(runtime, name="count"):
    with runtime.sessions.read() as session:
        return ledger.last_run(session, name)


def test_a_due_time_is_run_once(runtime, job, done):
    assert runner.fire(runtime, job, MORNING)
    assert not runner.fire(runtime, job, MORNING)
    assert done == [MORNING]
    assert (last(runtime).outcome, last(runtime).counts, last(runtime).error) == ("done", {"done": 1}, None)


def test_of_many_processes_one_runs_it(mariadb, clock, job, done):
    runtimes = [make_runtime(mariadb, clock) for _ in range(4)]
    assert sum(race(4, lambda number: runner.fire(runtimes[number], job, MORNING))) == 1
    assert done == [MORNING]


def test_a_failed_run_is_written_down_and_not_run_again(runtime):
    def fail(_runtime, _at):
        raise ZeroDivisionError("with something personal")

    job = Job("count", "fails", "* * * * *", fail)
    assert runner.fire(runtime, job, MORNING)
    assert (last(runtime).outcome, last(runtime).error) == ("failed", "ZeroDivisionError")
    assert not runner.fire(runtime, job, MORNING)


def test_a_run_whose_process_died_is_run_by_another(runtime, clock, job, done):
    lost = Claim("count", MORNING, "dead")
    run(runtime.sessions.write, lambda session: ledger.claim(session, lost, now=MORNING))
    assert runner.take_over_lost(runtime, [job]) == 0
    clock.move(LEASE)
    assert runner.take_over_lost(runtime, [job]) == 1
    assert runner.take_over_lost(runtime, [job]) == 0
    assert done == [MORNING]
    assert last(runtime).outcome == "done"


@pytest.mark.slow
def test_a_run_whose_process_was_killed_in_it_is_run_by_another(mariadb, clock, job, done):
    runtime = make_runtime(mariadb, clock)
    command = [sys.executable, "-m", "tests.backend.jobs.dying", mariadb.url.render_as_string(hide_password=False)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603  our own program
        try:
            assert any("working" in line for line in process.stdout)
        finally:
            process.kill()
    assert not runner.fire(runtime, job, MORNING)
    clock.move(LEASE)
    assert runner.take_over_lost(runtime, [job]) == 1
    assert done == [MORNING]


def test_of_many_processes_one_takes_over(mariadb, clock, job, done):
    runtimes = [make_runtime(mariadb, clock) for _ in range(3)]
    lost = Claim("count", MORNING, "dead")
    run(runtimes[0].sessions.write, lambda session: ledger.claim(session, lost, now=MORNING))
    clock.move(LEASE)
    assert sum(race(3, lambda number: runner.take_over_lost(runtimes[number], [job]))) == 1
    assert done == [MORNING]


@pytest.fixture
def night(done):
    """A job of 02:10 in the shop that is made up for six days."""

    def work(_runtime, at):
        done.append(at)
        return {}

    return Job("count", "counts", "10 2 * * *", work, MADE_UP, timedelta(days=6))


def ran(runtime, at):
    run(runtime.sessions.write, lambda session: ledger.claim(session, Claim("count", at, "me"), now=at))


@pytest.mark.parametrize("days_away", [1, 5])
def test_a_missed_run_is_made_up_once_for_the_newest_due_time(runtime, clock, night, done, days_away):
    ran(runtime, MORNING - timedelta(hours=6, minutes=50))
    clock.move(timedelta(days=days_away))
    assert runner.make_up_missed(runtime, [night]) == 1
    assert runner.make_up_missed(runtime, [night]) == 0
    assert done == [MORNING + timedelta(days=days_away) - timedelta(hours=6, minutes=50)]


def test_what_was_run_by_then_or_has_never_run_or_is_due_only_now_was_not_missed(runtime, clock, night, done):
    assert runner.make_up_missed(runtime, [night]) == 0, "a new shop has missed nothing"
    ran(runtime, MORNING)
    assert runner.make_up_missed(runtime, [night]) == 0
    clock.move(timedelta(hours=17, minutes=10, seconds=59))
    assert runner.make_up_missed(runtime, [night]) == 0, "the scheduler is about to run it"
    clock.move(timedelta(seconds=2))
    assert runner.make_up_missed(runtime, [night]) == 1


def test_what_is_skipped_or_too_old_is_not_made_up(runtime, clock, night, done):
    ran(runtime, MORNING - timedelta(days=3))
    assert runner.make_up_missed(runtime, [replace(night, missed=SKIPPED, within=None)]) == 0
    assert runner.make_up_missed(runtime, [replace(night, within=timedelta(hours=6))]) == 0
    assert done == []


def make_up_in_many(mariadb, clock, night):
    runtimes = [make_runtime(mariadb, clock) for _ in range(4)]
    ran(runtimes[0], MORNING - timedelta(days=2))
    return race(4, lambda number: runner.make_up_missed(runtimes[number], [night]))


def test_of_many_processes_that_start_at_once_one_makes_it_up(mariadb, clock, night, done):
    assert sum(make_up_in_many(mariadb, clock, night)) == len(done) == 1


def test_without_the_claim_each_of_them_would_make_it_up(mariadb, clock, night, done, monkeypatch):
    """The negative control of the race above."""
    monkeypatch.setattr(runner, "_claimed", lambda _runtime, _claim: True)
    make_up_in_many(mariadb, clock, night)
    assert len(done) > 1


def test_a_lost_run_that_fails_again_is_over(runtime, clock):
    def fail(_runtime, _at):
        raise ZeroDivisionError

    lost = Claim("count", MORNING, "dead")
    run(runtime.sessions.write, lambda session: ledger.claim(session, lost, now=MORNING))
    clock.move(LEASE)
    assert runner.take_over_lost(runtime, [Job("count", "fails", "* * * * *", fail)]) == 1
    assert last(runtime).outcome == "failed"


def test_a_long_run_keeps_its_lease(runtime, clock):
    claim = Claim("count", MORNING, "me")
    run(runtime.sessions.write, lambda session: ledger.claim(session, claim, now=MORNING))
    clock.move(timedelta(minutes=4))

    class Twice:
        """An event that is set at the second look."""

        looks = 0

        def wait(self, _seconds):
            self.looks += 1
            return self.looks > 1

    runner._renew_until(runtime, claim, Twice())
    assert last(runtime).lease_until == clock.now() + LEASE


def test_a_job_is_run_by_hand_whether_it_was_run_or_not(runtime):
    assert jobs.run("nightly", runtime, MORNING) == {}
    assert last(runtime, "nightly").fire_at == MORNING
    assert jobs.run("nightly", runtime, MORNING) == {}


def test_an_unknown_job_is_refused(runtime):
    with pytest.raises(jobs.JobUnknown):
        jobs.run("make-coffee", runtime, MORNING)


def test_the_timetable_with_the_newest_runs(runtime):
    jobs.run("nightly", runtime, MORNING)
    listed = {planned.name: planned for planned in jobs.listing(runtime)}
    assert set(listed) == {job.name for job in jobs.JOBS}
    ran, never = listed["nightly"], listed["purge"]
    assert (ran.last_at, ran.last_outcome, ran.last_counts) == (MORNING, "done", {})
    assert (ran.last_seconds, ran.last_error, ran.missed) == (0, None, "made up")
    assert (never.last_at, never.last_outcome, never.last_counts, never.last_seconds) == (None, None, None, None)
    assert never.next_at == datetime(2026, 3, 1, 19, 40, tzinfo=UTC)
