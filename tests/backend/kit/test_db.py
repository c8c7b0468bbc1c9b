import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import sessionmaker

from backend.kit.db import (
    TRIES,
    WroteWhileReading,
    connect,
    hold_still,
    is_lock_trouble,
    is_mysql_family,
    run,
    sessions,
)
from backend.kit.errors import Unavailable
from tests.support.toys import Tally, add_one, failing

LOCK_TROUBLE = {
    "mysql": [
        (1213, "Deadlock found when trying to get lock; try restarting transaction"),
        (1205, "Lock wait timeout exceeded; try restarting transaction"),
        (1020, "Record has changed since last read in table"),
        (3572, "Statement aborted because lock(s) could not be acquired immediately and NOWAIT is set."),
    ],
    "sqlite": [("database is locked",), ("database table is locked: toy_tallies",)],
}
OTHER_TROUBLE = {"mysql": (4025, "CONSTRAINT `x` failed"), "sqlite": ("no such table: x",)}


def lock_trouble(engine):
    return [engine.dialect.dbapi.OperationalError(*args) for args in LOCK_TROUBLE[engine.dialect.name]]


def count(make, name="a"):
    with make() as session:
        found = session.get(Tally, name)
        return found.count if found else 0


def test_work_commits_when_it_returns_and_is_undone_when_it_raises(make):
    assert run(make, lambda session: add_one(session, "a").count) == 1
    with pytest.raises(ZeroDivisionError):
        run(make, lambda session: add_one(session, "a").count / 0)
    assert count(make) == 1


def test_lock_trouble_runs_the_whole_work_again(toys, make):
    for number, error in enumerate(lock_trouble(toys), start=1):
        attempts = []

        def work(session, attempts=attempts):
            attempts.append(1)
            add_one(session, "a")
            return add_one(session, "b").count

        with failing(toys, error, times=2, where="UPDATE" if number > 1 else "INSERT") as met:
            assert run(make, work) == number
        assert (len(met), len(attempts)) == (2, 3)
        assert (count(make, "a"), count(make, "b")) == (number, number)


def test_lock_trouble_without_end_is_a_clean_refusal_and_no_half_effect(toys, make):
    def work(session):
        add_one(session, "a")
        session.execute(sa.update(Tally).values(note="half"))

    for error in lock_trouble(toys):
        with failing(toys, error, times=100, where="UPDATE") as met, pytest.raises(Unavailable) as refused:
            run(make, work)
        assert len(met) == TRIES
        assert refused.value.retry_after >= 1
        assert count(make) == 0


def test_lock_trouble_at_the_commit_is_tried_again(toys, make):
    troubles = []

    def locked(_connection):
        if not troubles:
            troubles.append(1)
            raise OperationalError("COMMIT", {}, lock_trouble(toys)[0])

    sa.event.listen(toys, "commit", locked)
    try:
        run(make, lambda session: add_one(session, "a"))
    finally:
        sa.event.remove(toys, "commit", locked)
    assert troubles
    assert count(make) == 1


def test_it_gives_up_when_nobody_waits_any_longer(toys, make):
    error = lock_trouble(toys)[0]
    with failing(toys, error, times=100, where="toy_tallies") as met, pytest.raises(Unavailable):
        run(make, lambda session: add_one(session, "a"), patience_s=-1)
    assert len(met) == 1


def test_other_trouble_is_raised_at_once(toys, make):
    error = toys.dialect.dbapi.OperationalError(*OTHER_TROUBLE[toys.dialect.name])
    with failing(toys, error, times=100, where="toy_tallies") as met, pytest.raises(OperationalError):
        run(make, lambda session: add_one(session, "a"))
    assert len(met) == 1


def test_a_database_that_cannot_be_reached_is_a_refusal():
    make = sessions(connect("mysql+pymysql://nobody@127.0.0.1:9/none")).write
    with pytest.raises(Unavailable):
        run(make, lambda session: session.execute(sa.text("SELECT 1")))


def test_a_connection_lost_on_the_way_is_a_refusal(mariadb_make):
    def work(session):
        add_one(session, "a")
        mine = session.scalar(sa.text("SELECT CONNECTION_ID()"))
        with mariadb_make() as other:
            other.execute(sa.text(f"KILL {mine}"))
        add_one(session, "a")

    with pytest.raises(Unavailable):
        run(mariadb_make, work)
    assert count(mariadb_make) == 0


def test_an_exhausted_pool_is_a_refusal(tmp_path):
    engine = sa.create_engine(
        f"sqlite:///{tmp_path}/x.db", poolclass=sa.QueuePool, pool_size=1, max_overflow=0, pool_timeout=0.01
    )
    with engine.connect(), pytest.raises(Unavailable):
        run(sessionmaker(engine), lambda session: session.execute(sa.text("SELECT 1")))
    engine.dispose()


@pytest.fixture
def impatient_sqlite(tmp_path):
    """Sessions on SQLite that do not wait for a lock."""
    engine = connect(f"sqlite:///{tmp_path}/x.db")
    sa.event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout=0"))
    yield sessions(engine)
    engine.dispose()


def test_sqlite_takes_the_write_lock_at_the_first_statement(impatient_sqlite):
    with impatient_sqlite.write() as writer, impatient_sqlite.write() as other, impatient_sqlite.read() as reader:
        writer.execute(sa.text("SELECT 1"))
        with pytest.raises(OperationalError) as refused:
            other.execute(sa.text("SELECT 1"))
        assert is_lock_trouble(refused.value)
        assert reader.scalar(sa.text("SELECT 1")) == 1


def test_a_busy_sqlite_is_a_clean_refusal(impatient_sqlite):
    with impatient_sqlite.write() as writer:
        writer.execute(sa.text("SELECT 1"))
        with pytest.raises(Unavailable):
            run(impatient_sqlite.write, lambda session: session.execute(sa.text("SELECT 1")))
    assert run(impatient_sqlite.write, lambda session: session.scalar(sa.text("SELECT 1"))) == 1


def test_a_reader_sees_what_was_committed_and_nothing_else(toys, make):
    read = sessions(toys).read
    with make() as writer:
        add_one(writer, "a")
        assert count(read) == 0
        writer.commit()
        assert count(read) == 1


def test_mariadb_reads_what_is_committed_meanwhile(mariadb_make):
    """READ COMMITTED: the second reading in one transaction sees the other's commit."""
    with mariadb_make() as session:
        level = session.scalar(sa.text("SELECT @@session.tx_isolation"))
        assert level == "READ-COMMITTED"
        seen = [session.scalar(sa.select(sa.func.count()).select_from(Tally))]
        run(mariadb_make, lambda other: add_one(other, "a"))
        seen.append(session.scalar(sa.select(sa.func.count()).select_from(Tally)))
    assert seen == [0, 1]


def test_a_session_that_holds_still_reads_one_state(toys, make):
    read = sessions(toys).read
    with read() as session:
        hold_still(session)
        seen = [session.scalar(sa.select(sa.func.count()).select_from(Tally))]
        run(make, lambda other: add_one(other, "a"))
        seen.append(session.scalar(sa.select(sa.func.count()).select_from(Tally)))
    assert seen == [0, 0]
    assert count(read) == 1


def test_a_reading_session_refuses_to_write(toys):
    read = sessions(toys).read
    with read() as session:
        session.add(Tally(name="a"))
        with pytest.raises(WroteWhileReading, match="Tally"):
            session.flush()


def test_sessions_carry_what_they_were_given(toys):
    made = sessions(toys, vault="v")
    with made.write() as one, made.read() as other:
        one.info["mine"] = 1
        assert one.info["vault"] == other.info["vault"] == "v"
        assert "mine" not in other.info
    with made.write() as third:
        assert "mine" not in third.info


def test_what_was_read_may_be_used_after_the_commit(make):
    assert run(make, lambda session: add_one(session, "a")).count == 1


def test_the_family_of_the_engine_is_known(session, engine):
    assert is_mysql_family(session) == (engine.dialect.name == "mysql")
