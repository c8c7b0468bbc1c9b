from datetime import timedelta

import pytest

from backend.conversations import (
    ServiceWindow,
    give_back,
    note_gesture,
    note_words,
    reserve,
    service_window,
    service_windows,
    shut,
)
from backend.conversations.models import Window
from backend.kit.db import run
from tests.factories.members import make_follower
from tests.support.clocks import MORNING
from tests.support.races import race

LATER = MORNING + timedelta(minutes=10)


@pytest.fixture
def follower(session):
    identity = make_follower(session)
    session.flush()
    return identity.id


def left(session, identity_id, now=MORNING):
    return service_window(session, identity_id, now=now).left


def take(session, identity_id, count, now=MORNING):
    return [reserve(session, identity_id, now=now) for _ in range(count)]


def test_who_never_wrote_is_sent_nothing(session, follower):
    assert service_window(session, follower, now=MORNING) == ServiceWindow()
    assert not reserve(session, follower, now=MORNING)


def test_words_open_five(session, follower):
    note_words(session, follower, at=MORNING)
    assert take(session, follower, 6) == [True] * 5 + [False]
    assert left(session, follower) == 0


def test_new_words_open_five_again(session, follower):
    note_words(session, follower, at=MORNING)
    take(session, follower, 5)
    note_words(session, follower, at=LATER)
    assert left(session, follower, LATER) == 5


def test_words_that_come_late_open_nothing_anew(session, follower):
    note_words(session, follower, at=LATER)
    take(session, follower, 2, LATER)
    note_words(session, follower, at=MORNING)
    assert service_window(session, follower, now=LATER) == ServiceWindow(
        3, LATER + timedelta(hours=48, seconds=-5), LATER
    )


def test_a_gesture_opens_three_for_a_minute(session, follower):
    note_gesture(session, follower, at=MORNING)
    assert take(session, follower, 4) == [True] * 3 + [False]
    note_gesture(session, follower, at=LATER)
    assert left(session, follower, LATER + timedelta(seconds=54)) == 3
    assert not reserve(session, follower, now=LATER + timedelta(seconds=55))


def test_a_gesture_that_comes_late_opens_nothing_anew(session, follower):
    note_gesture(session, follower, at=LATER)
    take(session, follower, 3, LATER)
    note_gesture(session, follower, at=LATER - timedelta(seconds=1))
    assert left(session, follower, LATER) == 0


def test_each_send_counts_against_both(session, follower):
    note_words(session, follower, at=MORNING)
    note_gesture(session, follower, at=MORNING)
    assert take(session, follower, 6) == [True] * 5 + [False]


def test_a_gesture_takes_nothing_from_what_words_opened(session, follower):
    note_words(session, follower, at=MORNING)
    note_gesture(session, follower, at=LATER)
    assert left(session, follower, LATER + timedelta(hours=1)) == 5


def test_windows_end(session, follower):
    note_words(session, follower, at=MORNING)
    assert not reserve(session, follower, now=MORNING + timedelta(hours=48))


def test_what_never_left_us_is_given_back(session, follower):
    note_words(session, follower, at=MORNING)
    take(session, follower, 5)
    give_back(session, follower, reserved_at=MORNING)
    assert left(session, follower) == 1


def test_nothing_is_given_back_to_what_was_opened_since(session, follower):
    note_words(session, follower, at=MORNING)
    take(session, follower, 5)
    note_words(session, follower, at=LATER)
    take(session, follower, 2, LATER)
    give_back(session, follower, reserved_at=MORNING)
    assert left(session, follower, LATER) == 3


def test_no_more_is_given_back_than_there_was(session, follower):
    note_words(session, follower, at=MORNING)
    give_back(session, follower, reserved_at=MORNING)
    assert left(session, follower) == 5


def test_what_wechat_shuts_is_shut(session, follower):
    note_words(session, follower, at=MORNING)
    note_gesture(session, follower, at=MORNING)
    shut(session, follower, reserved_at=MORNING)
    assert left(session, follower) == 0


def test_what_was_opened_since_stays_open(session, follower):
    note_words(session, follower, at=MORNING)
    note_words(session, follower, at=LATER)
    note_gesture(session, follower, at=LATER)
    shut(session, follower, reserved_at=MORNING)
    assert left(session, follower, LATER) == 5


def test_of_who_never_wrote_nothing_is_shut_or_given_back(session, follower):
    shut(session, follower, reserved_at=MORNING)
    give_back(session, follower, reserved_at=MORNING)
    assert session.get(Window, follower) is None


def test_many_are_asked_for_at_once(session, follower, count_statements):
    other = make_follower(session)
    session.flush()
    note_words(session, follower, at=MORNING)
    session.flush()
    with count_statements(session) as said:
        found = service_windows(session, [follower, other.id], now=MORNING)
    assert {identity_id: window.left for identity_id, window in found.items()} == {follower: 5}
    assert len(said) == 1


class TestRace:
    """Twelve senders for five messages, on MariaDB."""

    @pytest.fixture
    def open_to(self, runtime, mariadb):
        def work(session):
            identity = make_follower(session)
            session.flush()
            note_words(session, identity.id, at=MORNING)
            return identity.id

        return run(runtime.sessions.write, work)

    @pytest.fixture
    def engine(self, mariadb):
        return mariadb

    def test_no_sixth_is_sent(self, runtime, open_to):
        won = race(12, lambda _: run(runtime.sessions.write, lambda session: reserve(session, open_to, now=MORNING)))
        assert won.count(True) == 5

    def test_without_the_guard_there_would_be_more(self, runtime, open_to):
        """The negative control: ask first, count down afterwards."""

        def unguarded(session):
            if not service_window(session, open_to, now=MORNING).is_open:
                return False
            session.connection().exec_driver_sql("SELECT SLEEP(0.3)")
            session.connection().exec_driver_sql(
                "UPDATE service_windows SET left_of_words = GREATEST(left_of_words - 1, 0)"
            )
            return True

        assert race(12, lambda _: run(runtime.sessions.write, unguarded)).count(True) > 5
