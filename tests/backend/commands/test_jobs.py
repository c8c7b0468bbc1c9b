import json
from dataclasses import replace

from backend.jobs import JOBS
from tests.factories.members import make_member


def test_list_is_the_timetable(answer):
    rows = {row["name"]: row for row in answer("jobs", "list")}
    assert set(rows) == {job.name for job in JOBS}
    assert rows["nightly"]["next_at"] == "2026-03-02T02:10:00+08:00"
    assert rows["nightly"]["last_at"] is None


def test_run_by_hand_is_written_down(answer):
    done = answer("jobs", "run", "nightly", "--at", "2026-03-01T02:10")
    assert (done["job"], done["at"]) == ("nightly", "2026-03-01T02:10:00+08:00")
    rows = {row["name"]: row for row in answer("jobs", "list")}
    assert rows["nightly"]["last_at"] == "2026-03-01T02:10:00+08:00"


def test_instant_with_a_zone_is_taken_as_it_is(answer):
    assert answer("jobs", "run", "purge", "--at", "2026-02-28T18:10:00Z")["at"] == "2026-03-01T02:10:00+08:00"


def test_a_night_that_failed_for_a_member_is_exit_1_with_its_counts(answer, flask, sessions):
    with sessions.write.begin() as session:
        make_member(session).birthday_sealed = b"sealed by nobody"
    result = flask("jobs", "run", "nightly", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["failed"] == 1
    (night,) = [row for row in answer("jobs", "list") if row["name"] == "nightly"]
    assert (night["last_outcome"], night["last_error"]) == ("failed", "failed for 1")


def test_unknown_job(flask):
    result = flask("jobs", "run", "nothing")
    assert result.exit_code == 1
    assert "(jobs.unknown)" in result.stderr


def test_unreadable_instant(flask):
    result = flask("jobs", "run", "purge", "--at", "tomorrow")
    assert result.exit_code == 2
    assert "2026-03-01T02:10" in result.stderr


def test_an_instant_ahead_is_for_development(app, flask, runtime):
    ahead = ("jobs", "run", "purge", "--at", "2026-03-02T02:10")
    refused = flask(*ahead)
    assert refused.exit_code == 2
    assert "for good" in refused.stderr
    app.extensions["runtime"] = replace(runtime, development=True)
    assert flask(*ahead).exit_code == 0
