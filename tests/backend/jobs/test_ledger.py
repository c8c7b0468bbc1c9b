from datetime import timedelta

from sqlalchemy import event, select

from backend.jobs import ledger
from backend.jobs.ledger import LEASE, Claim
from backend.jobs.models import DONE, FAILED, JobRun
from backend.kit.db import run
from tests.support.clocks import MORNING
from tests.support.races import race
from tests.support.runtimes import make_runtime

TICK = timedelta(microseconds=1)
MINE = Claim("purge", MORNING, "me")
YOURS = Claim("purge", MORNING, "you")


def claim(runtime, claim=MINE, now=MORNING):
    return run(runtime.sessions.write, lambda session: ledger.claim(session, claim, now=now))


def finish(runtime, claim=MINE, outcome=DONE, now=MORNING):
    how = {"outcome": outcome, "counts": {"done": 3}, "error": None, "now": now}
    return run(runtime.sessions.write, lambda session: ledger.finish(session, claim, **how))


def take_over(runtime, now, owner="you", jobs=("purge",)):
    return run(runtime.sessions.write, lambda session: ledger.take_over(session, jobs=jobs, owner=owner, now=now))


def test_a_due_time_is_one_process_s(runtime):
    assert claim(runtime)
    assert not claim(runtime, YOURS)
    assert claim(runtime, Claim("purge", MORNING + TICK, "you"))
    assert claim(runtime, Claim("nightly", MORNING, "you"))


def test_of_many_at_once_one_has_it(mariadb, clock):
    runtime = make_runtime(mariadb, clock)
    assert sum(race(8, lambda number: claim(runtime, Claim("purge", MORNING, str(number))))) == 1


def test_a_finished_run_is_written_down_and_stays(runtime):
    claim(runtime)
    assert finish(runtime)
    assert not finish(runtime, outcome=FAILED)
    assert take_over(runtime, MORNING + 2 * LEASE) is None
    with runtime.sessions.read() as session:
        row = ledger.last_run(session, "purge")
        assert (row.outcome, row.counts, row.finished_at) == (DONE, {"done": 3}, MORNING)


def test_a_run_whose_lease_has_ended_is_taken_over_once(runtime):
    claim(runtime)
    assert take_over(runtime, MORNING + LEASE - TICK) is None
    assert take_over(runtime, MORNING + LEASE) == YOURS
    assert take_over(runtime, MORNING + LEASE, owner="she") is None
    assert not finish(runtime, MINE)
    assert finish(runtime, YOURS)


def test_of_many_at_once_one_takes_over(mariadb, clock):
    runtime = make_runtime(mariadb, clock)
    claim(runtime)
    taken = race(8, lambda number: take_over(runtime, MORNING + LEASE, owner=str(number)))
    assert len([one for one in taken if one is not None]) == 1


def test_a_renewed_run_is_not_lost(runtime):
    claim(runtime)
    later = MORNING + LEASE - TICK
    assert run(runtime.sessions.write, lambda session: ledger.renew(session, MINE, now=later))
    assert take_over(runtime, MORNING + LEASE) is None
    assert take_over(runtime, later + LEASE) == YOURS
    assert not run(runtime.sessions.write, lambda session: ledger.renew(session, MINE, now=later))


def test_a_run_renewed_at_the_last_moment_is_not_lost(mariadb, clock):
    runtime, late = make_runtime(mariadb, clock), MORNING + LEASE
    claim(runtime)
    turns = iter([True])

    def renew(_connection, _cursor, statement, *_rest):
        if statement.startswith("UPDATE job_runs") and next(turns, False):
            assert run(runtime.sessions.write, lambda session: ledger.renew(session, MINE, now=late))

    event.listen(mariadb, "before_cursor_execute", renew)
    try:
        assert take_over(runtime, late) is None
    finally:
        event.remove(mariadb, "before_cursor_execute", renew)
    assert next(turns, "renewed") == "renewed"


def test_a_job_that_is_no_longer_in_the_timetable_is_left_alone(runtime):
    claim(runtime)
    assert take_over(runtime, MORNING + LEASE, jobs=("another",)) is None


def test_old_runs_are_forgotten_in_slices(runtime):
    for day in range(5):
        claim(runtime, Claim("purge", MORNING + timedelta(days=day), "me"))
    third = MORNING + timedelta(days=3)
    counts = [
        run(runtime.sessions.write, lambda session: ledger.forget_runs(session, before=third, limit=2))
        for _ in range(3)
    ]
    assert counts == [2, 1, 0]
    with runtime.sessions.read() as session:
        assert len(session.scalars(select(JobRun)).all()) == 2
