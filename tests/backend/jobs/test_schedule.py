from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from backend.jobs import JOBS, Job
from backend.jobs.schedule import MADE_UP
from tests.backend.jobs.stores import a_day_s_work
from tests.support.clocks import MORNING


def test_names_are_unique_and_fit_the_ledger():
    names = [job.name for job in JOBS]
    assert len(set(names)) == len(names)
    assert all(len(name) <= 32 and job.about for name, job in zip(names, JOBS, strict=True))


@pytest.mark.parametrize(
    ("name", "next_at"),
    [
        ("nightly", datetime(2026, 3, 1, 18, 10, tzinfo=UTC)),  # 02:10 in the shop
        ("reconcile", datetime(2026, 3, 1, 20, 40, tzinfo=UTC)),  # on Monday
        ("purge", datetime(2026, 3, 1, 19, 40, tzinfo=UTC)),
        ("lapse-exchanges", datetime(2026, 3, 1, 1, 20, tzinfo=UTC)),
        ("link-followers", datetime(2026, 3, 1, 1, 1, tzinfo=UTC)),
    ],
)
def test_when_a_job_is_due(name, next_at):
    (job,) = [job for job in JOBS if job.name == name]
    assert job.trigger().get_next_fire_time(None, MORNING + timedelta(seconds=1)) == next_at


@pytest.mark.parametrize(
    ("cron", "newest"),
    [
        ("* * * * *", datetime(2026, 3, 1, 1, 0, tzinfo=UTC)),
        ("20 * * * *", datetime(2026, 3, 1, 0, 20, tzinfo=UTC)),
        ("10 2 * * *", datetime(2026, 2, 28, 18, 10, tzinfo=UTC)),  # 02:10 today, in the shop
        ("40 4 * * mon", datetime(2026, 2, 22, 20, 40, tzinfo=UTC)),
        ("0 0 29 2 *", None),
    ],
)
def test_when_a_job_was_due_last(cron, newest):
    assert Job("one", "", cron, lambda _runtime, _at: {}).newest_due(MORNING) == newest


def test_each_job_says_what_becomes_of_a_missed_run():
    """What comes around within the hour does what was left; all else is made up."""
    for job in JOBS:
        due = job.trigger().get_next_fire_time(None, MORNING)
        often = job.trigger().get_next_fire_time(due, due) <= due + timedelta(hours=1)
        assert job.missed == ("skipped" if often else "made up"), job.name


def test_too_late_is_a_minute_for_what_is_skipped_and_as_long_as_it_says_for_what_is_made_up():
    skipped = Job("one", "", "* * * * *", lambda _runtime, _at: {})
    made_up, soon = replace(skipped, missed=MADE_UP), replace(skipped, missed=MADE_UP, within=timedelta(hours=1))
    late = [MORNING + timedelta(minutes=minutes) for minutes in (1, 2, 61, 10_000)]
    assert [skipped.is_too_late(MORNING, now) for now in late] == [False, True, True, True]
    assert [soon.is_too_late(MORNING, now) for now in late] == [False, False, True, True]
    assert [made_up.is_too_late(MORNING, now) for now in late] == [False] * 4


def test_a_sixth_field_is_the_second():
    job = Job("often", "", "*/5 * * * * *", lambda _runtime, _at: {})
    assert job.trigger().get_next_fire_time(None, MORNING + timedelta(seconds=1)) == MORNING + timedelta(seconds=5)


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_every_job_works_and_does_nothing_when_run_again(wechat_runtime, wechat, job):
    at = a_day_s_work(wechat_runtime, wechat)
    first = job.work(wechat_runtime, at)
    assert sum(first.values()) > 0
    again = job.work(wechat_runtime, at)
    assert sum(again.values()) == 0
