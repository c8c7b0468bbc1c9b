"""A grant of M rows gives exactly M, wherever it is stopped and whoever goes on (as C8 asks of coupons)."""

import os
import signal
import sys
from collections import Counter
from dataclasses import dataclass
from random import Random

import pytest
from sqlalchemy import delete, event, select

from backend import adjustments, points
from backend.adjustments import handout
from backend.kit.clock import FixedClock
from backend.kit.db import Sessions, connect, run
from backend.messaging.models import Message
from backend.points import Source
from backend.points.models import Account
from tests.factories.adjustments import make_grant
from tests.factories.members import make_member
from tests.factories.operators import make_operator
from tests.support.clocks import MORNING
from tests.support.meetings import meeting
from tests.support.programs import run_program
from tests.support.races import race
from tests.support.runtimes import make_runtime
from tests.support.unguarded import unguarded_database

GIFT, EACH = 100, 7
MEMBERS = 12
NO_KEYS = (
    "ALTER TABLE point_entries DROP PRIMARY KEY, ADD INDEX by_member (member_id)",
    "ALTER TABLE point_entries DROP INDEX uq_point_entries_member_id_source_kind_source_id",
    "ALTER TABLE point_lots DROP PRIMARY KEY",
    "ALTER TABLE messages DROP INDEX uq_messages_cause",
)


@pytest.fixture
def member_ids(sessions, desks):
    with sessions.write.begin() as session:
        return sorted(make_member(session).id for _ in range(MEMBERS))


@pytest.fixture
def grant_id(sessions, member_ids):
    return started(sessions, member_ids)


@dataclass(frozen=True)
class Started:
    """A grant that runs on MariaDB, over real connections."""

    sessions: Sessions
    grant_id: int
    member_ids: list[int]


@pytest.fixture
def raced(mariadb):
    return begun(make_runtime(mariadb, FixedClock(MORNING)).sessions)


def begun(sessions):
    def people(session):
        make_operator(session, "chen")
        make_operator(session, "anna", role="admin")
        return sorted(make_member(session).id for _ in range(MEMBERS))

    member_ids = run(sessions.write, people)
    return Started(sessions, started(sessions, member_ids), member_ids)


@pytest.fixture
def small_slices(monkeypatch):
    monkeypatch.setattr(handout, "SLICE", 5)


def started(sessions, member_ids):
    def begin(session):
        grant = make_grant(session, dict.fromkeys(map(str, member_ids), EACH))
        return adjustments.start_grant(session, grant.id, by="chen", now=MORNING).id

    return run(sessions.write, begin)


def hand_out(sessions, grant_id):
    """All of it, as a command or the job does; what became of the rows."""
    outcomes, after = Counter(), 0
    while (done := adjustments.hand_out(sessions, grant_id, after=after, now=MORNING)) is not None:
        outcomes += done.outcomes
        after = done.last
    return dict(outcomes)


def decide(sessions, verb, grant_id, **parts):
    return run(sessions.write, lambda session: verb(session, grant_id, by="anna", now=MORNING, **parts).status)


def stands(sessions, grant_id):
    with sessions.read() as session:
        progress = adjustments.progress(session, grant_id)
        return adjustments.grant(session, grant_id).status, progress.waiting, progress.done, progress.failed


def balances(sessions, member_ids):
    with sessions.read() as session:
        assert points.verify(session, member_ids) == []
        return [points.summary(session, member_id, now=MORNING).available for member_id in member_ids]


def assert_given_once(sessions, grant_id, member_ids):
    assert stands(sessions, grant_id) == ("done", 0, MEMBERS, 0)
    assert balances(sessions, member_ids) == [GIFT + EACH] * MEMBERS


def test_everybody_is_given_what_the_list_says_once(sessions, grant_id, member_ids, small_slices):
    assert hand_out(sessions, grant_id) == {"done": MEMBERS}
    assert_given_once(sessions, grant_id, member_ids)
    assert hand_out(sessions, grant_id) == {}
    with sessions.read() as session:
        given = points.entry_of(session, member_ids[0], Source("grant", grant_id))
        assert given.amount == EACH
        assert adjustments.grant(session, grant_id).ended_at == MORNING


def test_only_what_runs_is_handed_out(sessions, member_ids, desks):
    planned = run(sessions.write, lambda session: make_grant(session, {str(member_ids[0]): 5}))
    assert hand_out(sessions, planned.id) == {}
    assert hand_out(sessions, 7) == {}
    assert balances(sessions, member_ids) == [GIFT] * MEMBERS


def test_a_run_that_dies_between_two_members_is_gone_on_with(sessions, grant_id, member_ids):
    class Crash(BaseException):
        pass

    commits = Counter()

    def crash(_session):
        commits["seen"] += 1
        if commits["seen"] == MEMBERS // 2:
            raise Crash

    event.listen(sessions.write, "before_commit", crash)
    with pytest.raises(Crash):
        hand_out(sessions, grant_id)
    event.remove(sessions.write, "before_commit", crash)
    assert stands(sessions, grant_id) == ("running", MEMBERS - MEMBERS // 2 + 1, MEMBERS // 2 - 1, 0)
    assert hand_out(sessions, grant_id) == {"done": MEMBERS - MEMBERS // 2 + 1}
    assert_given_once(sessions, grant_id, member_ids)


def test_processes_killed_at_random_rows_give_exactly_m(raced, mariadb):
    """C8's way: SIGKILL around random commits, again and again, then to the end."""
    sessions, grant_id, member_ids = raced.sessions, raced.grant_id, raced.member_ids
    luck = Random(8)
    deaths = [f"{luck.choice(('before', 'after'))}:{luck.randint(1, 4)}" for _ in range(5)]
    done = run_program(
        sys.executable,
        "-m",
        "tests.backend.adjustments.dying",
        mariadb.url.render_as_string(hide_password=False),
        grant_id,
        *deaths,
        env={"PATH": os.environ["PATH"]},
    )
    assert done.stdout.split() == [str(int(signal.SIGKILL))] * len(deaths), done.stderr
    status, waiting, *_ = stands(sessions, grant_id)
    assert (status, 0 < waiting < MEMBERS) == ("running", True)
    hand_out(sessions, grant_id)
    assert_given_once(sessions, grant_id, member_ids)


def test_several_runners_at_once_do_no_harm(raced):
    sessions, grant_id, member_ids = raced.sessions, raced.grant_id, raced.member_ids
    outcomes = sum((Counter(done) for done in race(6, lambda _: hand_out(sessions, grant_id))), Counter())
    assert outcomes["done"] == MEMBERS
    assert set(outcomes) <= {"done", "passed"}
    assert_given_once(sessions, grant_id, member_ids)


def test_without_lock_and_keys_several_runners_give_more_than_once(mariadb_engine):
    """The negative control: each finds the row waiting, and no key of ledger or messages is in the way."""
    with unguarded_database(*NO_KEYS) as engine:
        loose = begun(make_runtime(engine, FixedClock(MORNING)).sessions)
        with meeting(engine, "UPDATE grant_rows", patience=20):
            outcomes = [Counter(done) for done in race(2, lambda _: hand_out(loose.sessions, loose.grant_id))]
        assert sum(outcomes, Counter())["done"] > MEMBERS


def test_without_the_row_s_status_the_ledger_still_gives_once(sessions, grant_id, member_ids):
    """The net beneath: a source is credited once, also when a row were forgotten to be marked."""
    hand_out(sessions, grant_id)

    def forget(session):
        for row in adjustments.grant_rows(session, grant_id, limit=99):
            row.status = "waiting"
        adjustments.grant(session, grant_id).status = "running"
        session.execute(delete(Message))  # what was told is a net too

    run(sessions.write, forget)
    assert hand_out(sessions, grant_id) == {"failed": MEMBERS}
    assert balances(sessions, member_ids) == [GIFT + EACH] * MEMBERS


def test_after_a_pause_nothing_moves_until_it_goes_on(sessions, grant_id, member_ids, small_slices):
    first = adjustments.hand_out(sessions, grant_id, now=MORNING)
    decide(sessions, adjustments.pause_grant, grant_id)
    assert adjustments.hand_out(sessions, grant_id, after=first.last, now=MORNING) is None
    assert stands(sessions, grant_id) == ("paused", MEMBERS - 5, 5, 0)
    decide(sessions, adjustments.start_grant, grant_id)
    hand_out(sessions, grant_id)
    assert_given_once(sessions, grant_id, member_ids)


def test_a_pause_in_the_middle_of_a_slice_stops_it_there(raced):
    sessions, grant_id = raced.sessions, raced.grant_id
    seen = Counter()

    def pause(_session):
        seen["commits"] += 1
        if seen["commits"] == 3:
            event.remove(sessions.write, "after_commit", pause)
            decide(sessions, adjustments.pause_grant, grant_id)

    event.listen(sessions.write, "after_commit", pause)
    adjustments.hand_out(sessions, grant_id, now=MORNING)
    assert stands(sessions, grant_id) == ("paused", MEMBERS - 3, 3, 0)
    assert adjustments.hand_out(sessions, grant_id, now=MORNING) is None


def test_who_cancels_waits_for_the_row_under_way_and_nothing_moves_after(raced):
    sessions, grant_id, member_ids = raced.sessions, raced.grant_id, raced.member_ids

    def act(number):
        if number:
            return hand_out(sessions, grant_id)
        decide(sessions, adjustments.cancel_grant, grant_id, note="活动取消")
        return stands(sessions, grant_id)

    cancelled, *_ = race(5, act)
    assert stands(sessions, grant_id) == cancelled
    assert sum(balances(sessions, member_ids)) == MEMBERS * GIFT + cancelled[2] * EACH


def test_what_is_left_of_a_cancelled_grant_is_never_given(sessions, grant_id, member_ids, small_slices):
    adjustments.hand_out(sessions, grant_id, now=MORNING)
    decide(sessions, adjustments.cancel_grant, grant_id, note="活动取消")
    assert hand_out(sessions, grant_id) == {}
    assert balances(sessions, member_ids) == [GIFT + EACH] * 5 + [GIFT] * (MEMBERS - 5)


def test_who_has_left_meanwhile_is_told_and_holds_up_nobody(sessions, grant_id, member_ids):
    def leave(session):
        points.close(session, points.lock(session, member_ids[3], now=MORNING), source_id=1, now=MORNING)

    run(sessions.write, leave)
    assert hand_out(sessions, grant_id) == {"done": MEMBERS - 1, "failed": 1}
    assert stands(sessions, grant_id) == ("done", 0, MEMBERS - 1, 1)
    with sessions.read() as session:
        (row,) = adjustments.grant_rows(session, grant_id, status="failed", limit=9)
    assert (row.member_id, row.failure) == (member_ids[3], "points.account-closed")


def test_a_row_that_breaks_is_logged_and_holds_up_nobody(sessions, grant_id, member_ids, caplog):
    def break_the_first(session, *_):
        if any(isinstance(row, Account) and row.member_id == member_ids[0] for row in session.dirty):
            raise RuntimeError("broken")

    event.listen(sessions.write, "before_flush", break_the_first)
    assert hand_out(sessions, grant_id) == {"done": MEMBERS - 1, "failed": 1}
    event.remove(sessions.write, "before_flush", break_the_first)
    assert "grants.failed-for-one" in caplog.text
    with sessions.read() as session:
        assert adjustments.grant_rows(session, grant_id, status="failed", limit=9)[0].failure == "error"
    decide(sessions, adjustments.retry_grant, grant_id)
    assert hand_out(sessions, grant_id) == {"done": 1}
    assert_given_once(sessions, grant_id, member_ids)


def test_what_the_database_has_no_patience_for_waits_for_the_next_round(raced, mariadb):
    sessions, grant_id, member_ids = raced.sessions, raced.grant_id, raced.member_ids
    engine = connect(mariadb.url.render_as_string(hide_password=False))  # others go on waiting as long as ever
    event.listen(engine, "connect", lambda connection, _: connection.query("SET innodb_lock_wait_timeout = 0"))
    impatient = make_runtime(engine, FixedClock(MORNING)).sessions
    with sessions.write.begin() as session:
        session.scalar(select(Account).where(Account.member_id == member_ids[1]).with_for_update())
        assert hand_out(impatient, grant_id) == {"done": MEMBERS - 1, "later": 1}
    engine.dispose()
    assert stands(sessions, grant_id) == ("running", 1, MEMBERS - 1, 0)
    assert hand_out(sessions, grant_id) == {"done": 1}


def reversed_grant(sessions, grant_id):
    decide(sessions, adjustments.reverse_grant, grant_id, note="文件有误")
    return hand_out(sessions, grant_id)


def test_a_whole_grant_is_taken_back_once(sessions, grant_id, member_ids, small_slices):
    hand_out(sessions, grant_id)
    assert reversed_grant(sessions, grant_id) == {"reversed": MEMBERS}
    assert balances(sessions, member_ids) == [GIFT] * MEMBERS
    with sessions.read() as session:
        assert adjustments.grant(session, grant_id).status == "reversed"
        taken = points.entry_of(session, member_ids[0], Source("grant-reversal", grant_id))
        assert (taken.kind, taken.amount) == ("take-back", -EACH)
    assert hand_out(sessions, grant_id) == {}


def test_a_reversal_is_paused_and_gone_on_with(sessions, grant_id, member_ids, small_slices):
    hand_out(sessions, grant_id)
    decide(sessions, adjustments.reverse_grant, grant_id, note="文件有误")
    adjustments.hand_out(sessions, grant_id, now=MORNING)
    decide(sessions, adjustments.pause_grant, grant_id)
    assert hand_out(sessions, grant_id) == {}
    assert reversed_grant(sessions, grant_id) == {"reversed": MEMBERS - 5}
    assert balances(sessions, member_ids) == [GIFT] * MEMBERS


def test_of_a_cancelled_grant_only_what_was_given_is_taken_back(sessions, grant_id, member_ids, small_slices):
    adjustments.hand_out(sessions, grant_id, now=MORNING)
    decide(sessions, adjustments.cancel_grant, grant_id, note="活动取消")
    assert reversed_grant(sessions, grant_id) == {"reversed": 5}
    assert balances(sessions, member_ids) == [GIFT] * MEMBERS


def test_what_is_spent_is_owed_and_who_has_left_keeps_it(sessions, grant_id, member_ids):
    hand_out(sessions, grant_id)

    def spend_and_leave(session):
        spender = points.lock(session, member_ids[0], now=MORNING)
        points.spend(session, spender, GIFT + EACH, source=Source("exchange", 1), now=MORNING)
        points.close(session, points.lock(session, member_ids[1], now=MORNING), source_id=1, now=MORNING)

    run(sessions.write, spend_and_leave)
    assert reversed_grant(sessions, grant_id) == {"reversed": MEMBERS - 1, "kept": 1}
    with sessions.read() as session:
        assert points.summary(session, member_ids[0], now=MORNING).debt == EACH
        assert adjustments.progress(session, grant_id).kept == 1
        assert adjustments.grant(session, grant_id).status == "reversed"
    decide(sessions, adjustments.retry_grant, grant_id)
    assert hand_out(sessions, grant_id) == {"kept": 1}
