from datetime import timedelta

import pytest
from sqlalchemy import delete

from backend.kit.db import run
from backend.members import Identity
from backend.subscriptions import Answer, Subscription, accepts_of, exhaust, note_answer, spend
from tests.factories.members import make_identity
from tests.support.clocks import MORNING
from tests.support.races import race
from tests.support.runtimes import MP

T = "T-ready"
LATER = MORNING + timedelta(minutes=1)


@pytest.fixture
def user(session):
    identity = make_identity(session, appid=MP.appid)
    session.flush()
    return identity


def accept(session, user, at=MORNING, *, by_wechat=True):
    return note_answer(session, user.id, T, Answer(True, at, told_by_wechat=by_wechat))


def left(session, user):
    session.expire_all()
    return accepts_of(session, user.id, [T])[T]


def of(user):
    return {"appid": user.appid, "openid": user.openid, "template_id": T}


def test_each_accept_is_one_message(session, user):
    assert accept(session, user) == 1
    assert accept(session, user, LATER) == 2
    assert [spend(session, **of(user)) for _ in range(3)] == [True, True, False]
    assert left(session, user) == 0


def test_templates_and_users_are_counted_apart(session, user):
    other = make_identity(session, appid=MP.appid)
    session.flush()
    accept(session, user)
    assert not spend(session, **of(other))
    assert not spend(session, **of(user) | {"template_id": "T-other"})
    assert left(session, user) == 1


def test_report_and_event_of_one_accept_are_one_message(session, user):
    accept(session, user, MORNING + timedelta(seconds=2), by_wechat=False)
    assert accept(session, user) == 1


def test_a_refusal_takes_all_back(session, user):
    accept(session, user)
    assert note_answer(session, user.id, T, Answer(False, LATER, told_by_wechat=True)) == 0


def test_when_wechat_says_none_was_left_none_is_but_what_was_accepted_since(session, user):
    accept(session, user)
    accept(session, user, LATER)
    exhaust(session, **of(user), asked_at=LATER - timedelta(seconds=1))
    assert left(session, user) == 2
    exhaust(session, **of(user), asked_at=LATER)
    assert left(session, user) == 0


def test_who_is_forgotten_takes_the_accepts_along(session, user):
    accept(session, user)
    session.execute(delete(Identity).where(Identity.id == user.id))
    session.expunge_all()
    assert session.get(Subscription, (user.id, T)) is None


class TestRace:
    """Parallel reports and sends, on MariaDB."""

    @pytest.fixture
    def engine(self, mariadb):
        return mariadb

    @pytest.fixture
    def somebody(self, runtime):
        def work(session):
            identity = make_identity(session, appid=MP.appid)
            session.flush()
            return identity

        return run(runtime.sessions.write, work)

    def shown(self, runtime, somebody):
        with runtime.sessions.read() as session:
            return left(session, somebody)

    def test_a_report_that_arrives_ten_times_at_once_counts_once(self, runtime, somebody):
        race(10, lambda _: run(runtime.sessions.write, lambda session: accept(session, somebody, by_wechat=False)))
        assert self.shown(runtime, somebody) == 1

    def test_report_and_event_at_the_same_moment_count_once(self, runtime, somebody):
        for minute in range(5):
            at = MORNING + timedelta(minutes=minute)
            race(2, lambda n, at=at: run(runtime.sessions.write, lambda s: accept(s, somebody, at, by_wechat=n == 0)))
            assert self.shown(runtime, somebody) == minute + 1

    def test_without_the_lock_reports_would_count_more_than_once(self, runtime, somebody):
        """The negative control: look first, count afterwards, without holding the row."""
        run(runtime.sessions.write, lambda session: accept(session, somebody, MORNING - timedelta(hours=1)))

        def unguarded(session):
            at = session.get(Subscription, (somebody.id, T)).answered_at
            session.connection().exec_driver_sql("SELECT SLEEP(0.3)")
            if MORNING - at > timedelta(seconds=10):
                counted = "UPDATE subscriptions SET accepts = accepts + 1, answered_at = '2026-03-01 01:00:00'"
                session.connection().exec_driver_sql(counted)

        race(6, lambda _: run(runtime.sessions.write, unguarded))
        assert self.shown(runtime, somebody) > 2

    def test_three_accepts_let_three_of_twelve_sends_through(self, runtime, somebody):
        for minute in range(3):
            at = MORNING + timedelta(minutes=minute)
            run(runtime.sessions.write, lambda session, at=at: accept(session, somebody, at))
        won = race(12, lambda _: run(runtime.sessions.write, lambda session: spend(session, **of(somebody))))
        assert won.count(True) == 3
        assert self.shown(runtime, somebody) == 0

    def test_without_the_guard_there_would_be_more(self, runtime, somebody):
        """The negative control: ask first, count down afterwards."""
        run(runtime.sessions.write, lambda session: accept(session, somebody))

        def unguarded(session):
            if not accepts_of(session, somebody.id, [T])[T]:
                return False
            session.connection().exec_driver_sql("SELECT SLEEP(0.3)")
            counted = "UPDATE subscriptions SET accepts = GREATEST(accepts - 1, 0)"
            session.connection().exec_driver_sql(counted)
            return True

        assert race(6, lambda _: run(runtime.sessions.write, unguarded)).count(True) > 1
