"""Real deadlocks and lost updates, over real connections."""

import threading

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from backend.kit.db import TRIES, is_lock_trouble, run
from backend.kit.errors import Unavailable
from tests.backend.kit.test_db import count
from tests.support.races import race
from tests.support.toys import Tally, add_one


def cross(make, *, in_savepoint=False, tries=TRIES):
    """Two units that lock two rows in opposite order, and meet in the middle at their first attempt."""
    run(make, lambda session: [add_one(session, name) for name in "ab"])
    middle, attempts = threading.Barrier(2), []

    def unit(number):
        first = []

        def work(session):
            attempts.append(number)
            names = "ab" if number == 0 else "ba"
            add_one(session, names[0])
            if not first:
                first.append(1)
                middle.wait(timeout=10)
            if in_savepoint:
                with session.begin_nested():
                    add_one(session, names[1])
            else:
                add_one(session, names[1])

        run(make, work, tries=tries)

    race(2, unit)
    return attempts


@pytest.mark.parametrize("in_savepoint", [False, True], ids=["plain", "in a savepoint"])
def test_a_real_deadlock_is_resolved(mariadb_make, in_savepoint):
    attempts = cross(mariadb_make, in_savepoint=in_savepoint)
    assert len(attempts) == 3
    assert (count(mariadb_make, "a"), count(mariadb_make, "b")) == (3, 3)


def test_a_real_deadlock_without_the_retry_loses_one_unit(mariadb_make):
    """The negative control of the test above."""
    with pytest.raises(Unavailable):
        cross(mariadb_make, tries=1)
    assert (count(mariadb_make, "a"), count(mariadb_make, "b")) == (2, 2)


def test_a_row_locked_by_another_is_lock_trouble(mariadb_make):
    run(mariadb_make, lambda session: add_one(session, "a"))
    with mariadb_make() as holder, mariadb_make() as other:
        holder.get(Tally, "a", with_for_update=True)
        with pytest.raises(DBAPIError) as refused:
            other.get(Tally, "a", with_for_update={"nowait": True})
    assert is_lock_trouble(refused.value)


def test_reading_and_writing_back_loses_no_update(make):
    race(4, lambda _: [run(make, lambda session: add_one(session, "a").count) for _ in range(10)])
    assert count(make) == 40


def test_reading_and_writing_back_in_two_units_loses_updates(make):
    """The negative control of the test above: without the lock held from the reading on, the threads overwrite."""
    run(make, lambda session: add_one(session, "a"))
    all_have_read = threading.Barrier(4)

    def unlocked(_):
        seen = run(make, lambda session: session.get_one(Tally, "a").count)
        all_have_read.wait(timeout=10)
        run(make, lambda session: session.execute(sa.update(Tally).values(count=seen + 1)))

    race(4, unlocked)
    assert count(make) == 2
