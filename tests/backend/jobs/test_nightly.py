"""The night: its order is fixed; stopped anywhere, run twice or by two at once it comes to the same (L16)."""

import signal
import subprocess
import sys
from itertools import count

import pytest
from sqlalchemy import event
from structlog.testing import capture_logs

from backend import jobs, messaging, points, tiers
from backend.jobs import nightly
from backend.kit.clock import FixedClock
from tests.architecture.sources import ROOT
from tests.backend.jobs.nights import NIGHT, balances, books_of, many_nights
from tests.support.databases import sqlite_copy
from tests.support.races import race
from tests.support.runtimes import make_runtime


class Stopped(BaseException):
    pass


@pytest.fixture(autouse=True)
def one_by_one(monkeypatch):
    """Each member in a slice of its own."""
    monkeypatch.setattr(nightly, "SLICE", 1)


@pytest.fixture(scope="module")
def eve(sqlite_template, tmp_path_factory):
    """A file with the evening before the night, and the members in it."""
    folder = tmp_path_factory.mktemp("eve")
    with sqlite_copy(sqlite_template, folder) as engine:
        member_ids, _ = many_nights(make_runtime(engine, FixedClock(NIGHT)))
        with engine.connect() as connection:
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return folder / "test.db", member_ids


@pytest.fixture(scope="module")
def undisturbed(eve, tmp_path_factory):
    """What a night comes to that nothing disturbs, and after how many commits."""
    template, member_ids = eve
    folder = tmp_path_factory.mktemp("undisturbed")
    with sqlite_copy(template, folder) as engine, pytest.MonkeyPatch.context() as patch:
        patch.setattr(nightly, "SLICE", 1)
        runtime, commits = make_runtime(engine, FixedClock(NIGHT)), []
        event.listen(runtime.sessions.write, "after_commit", commits.append)
        nightly.nightly(runtime, NIGHT)
        return books_of(runtime, member_ids), len(commits)


def stop_before_commit(runtime, which):
    """The transaction of this number, and none after it, is broken off."""
    turns = count(1)

    def stop(_session):
        if next(turns) == which:
            raise Stopped

    event.listen(runtime.sessions.write, "before_commit", stop)


def test_the_order_is_points_then_tiers_then_coupons_then_warnings_and_reminders(runtime):
    many_nights(runtime)
    with capture_logs() as logs:
        nightly.nightly(runtime, NIGHT)
    assert [line["step"] for line in logs if line["event"] == "night.step"] == [
        "points",
        "tiers",
        "coupons",
        "birthdays",
        "falls_soon",
        "expiring",
        "coupons_expiring",
    ]


def test_what_it_comes_to_is_what_the_model_says(runtime):
    member_ids, models = many_nights(runtime)
    nightly.nightly(runtime, NIGHT)
    seen = books_of(runtime, member_ids)
    assert [one["balance"] for one in seen] == balances(models)
    assert [one["changes"][:1] for one in seen[-2:]] == [[("silver", "basic")], [("basic", "silver")]]
    assert [one["warned"] for one in seen] == [False] * 6 + [True], "who has fallen tonight is not warned of it"
    (reminder,) = [dict(words) for template, words in seen[4]["told"] if template == "points_expiring"]
    assert reminder["points"] == "55", "what settled tonight is counted in the reminder of tonight"


def test_stopped_anywhere_and_run_again_it_comes_to_the_same(eve, undisturbed, tmp_path):
    template, member_ids = eve
    expected, commits = undisturbed
    assert commits > len(expected)
    for which in range(1, commits + 1):
        with sqlite_copy(template, tmp_path) as engine:
            runtime = make_runtime(engine, FixedClock(NIGHT))
            stop_before_commit(runtime, which)
            with pytest.raises(Stopped):
                nightly.nightly(runtime, NIGHT)
            nightly.nightly(runtime, NIGHT)
            assert books_of(runtime, member_ids) == expected, f"stopped at {which} of {commits}"


@pytest.mark.parametrize(("when", "which"), [("before_commit", 3), ("after_commit", 8)])
def test_killed_in_the_middle_and_run_again_it_comes_to_the_same(mariadb, undisturbed, when, which):
    runtime = make_runtime(mariadb, FixedClock(NIGHT))
    member_ids, _ = many_nights(runtime)
    url = mariadb.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.backend.jobs.dying_night", url, when, str(which)]
    killed = subprocess.run(command, cwd=ROOT, check=False, timeout=60)  # noqa: S603  our own process
    assert killed.returncode == -signal.SIGKILL
    nightly.nightly(runtime, NIGHT)
    assert books_of(runtime, member_ids) == undisturbed[0]


def test_run_twice_it_does_nothing_the_second_time(runtime, undisturbed):
    member_ids, _ = many_nights(runtime)
    nightly.nightly(runtime, NIGHT)
    assert nightly.nightly(runtime, NIGHT) == {}
    assert books_of(runtime, member_ids) == undisturbed[0]


def test_two_workers_at_once_come_to_the_same(mariadb, undisturbed):
    runtime = make_runtime(mariadb, FixedClock(NIGHT))
    member_ids, _ = many_nights(runtime)
    race(2, lambda _: nightly.nightly(runtime, NIGHT))
    assert books_of(runtime, member_ids) == undisturbed[0]


@pytest.fixture
def one_slice(monkeypatch):
    monkeypatch.setattr(nightly, "SLICE", 500)


BAD_STEPS = [
    (points.night, "bring_up_to"),
    (tiers.review, "keep_time"),
    (messaging.reminders, "_words"),
]


@pytest.mark.parametrize(("module", "name"), BAD_STEPS, ids=lambda one: getattr(one, "__name__", one))
def test_one_whose_data_is_bad_stops_nobody_else(runtime, undisturbed, one_slice, monkeypatch, module, name):
    """What a step does for one of the members raises; all others come to what they would have come to."""
    member_ids, _ = many_nights(runtime)
    before, failing = getattr(module, name), []

    def fail_for_the_first(*arguments, **named):
        about = next((one.member_id for one in arguments if hasattr(one, "member_id")), "somebody")
        failing[:] = failing or [about]
        if about == failing[0]:
            raise ZeroDivisionError
        return before(*arguments, **named)

    monkeypatch.setattr(module, name, fail_for_the_first)
    counts = nightly.nightly(runtime, NIGHT)
    assert counts["failed"] >= 1
    same = [ours == theirs for ours, theirs in zip(books_of(runtime, member_ids), undisturbed[0], strict=True)]
    assert same.count(False) <= 1
    monkeypatch.setattr(module, name, before)
    nightly.nightly(runtime, NIGHT)
    assert books_of(runtime, member_ids) == undisturbed[0], "the next run makes it up"


def test_a_night_that_failed_for_some_ends_as_failed_with_its_counts(runtime, one_slice, monkeypatch):
    many_nights(runtime)
    monkeypatch.setattr(points.night, "_write_off", lambda *_: 1 / 0)
    counts = jobs.run("nightly", runtime, NIGHT)
    (listed,) = [planned for planned in jobs.listing(runtime) if planned.name == "nightly"]
    assert listed.last_outcome == "failed"
    assert listed.last_error == f"failed for {counts['failed']}"
    assert listed.last_counts == counts
