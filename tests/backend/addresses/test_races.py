"""A book's limit and its one default hold under parallel calls over real connections, with a negative control."""

import pytest

from backend import addresses
from backend.kit.clock import FixedClock
from backend.kit.db import run
from tests.factories.addresses import make_address
from tests.factories.members import make_member
from tests.support.clocks import MORNING
from tests.support.meetings import lockless, meeting
from tests.support.races import race
from tests.support.runtimes import make_runtime


def almost_full(sessions, *, free):
    def make(session):
        member_id = make_member(session).id
        for number in range(addresses.MOST_ADDRESSES - free):
            make_address(session, member_id, street=f"{number} 号")
        return member_id

    return run(sessions.write, make)


def add_in_parallel(sessions, member_id, count, *, default):
    """How many of `count` new addresses were written."""

    def add(number):
        try:
            run(
                sessions.write, lambda session: make_address(session, member_id, default=default, street=f"新 {number}")
            )
        except addresses.TooManyAddresses:
            return False
        return True

    return race(count, add).count(True)


@pytest.fixture
def sessions(mariadb):
    return make_runtime(mariadb, FixedClock(MORNING)).sessions


def test_no_book_grows_too_full_and_one_address_is_the_default(sessions):
    member_id = almost_full(sessions, free=3)
    assert add_in_parallel(sessions, member_id, 8, default=True) == 3
    with sessions.read() as session:
        found = addresses.addresses(session, member_id, limit=99)
    assert len(found) == addresses.MOST_ADDRESSES
    assert sum(entry.is_default for entry in found) == 1


def test_without_locks_a_book_grows_too_full(mariadb, sessions):
    """The negative control."""
    member_id = almost_full(sessions, free=1)
    with lockless(mariadb), meeting(mariadb, "INSERT INTO member_addresses", patience=20):
        assert add_in_parallel(sessions, member_id, 2, default=False) == 2
