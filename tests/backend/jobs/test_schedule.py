from datetime import UTC, datetime, timedelta

import pytest

from backend.jobs import JOBS, Job
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
