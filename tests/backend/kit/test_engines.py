import sqlite3
from concurrent.futures import ThreadPoolExecutor, wait

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from backend.kit.db import run, sessions
from backend.kit.engines import connect
from tests.support.toys import Tally, ToyModel


@pytest.fixture
def sqlite(tmp_path):
    engine = connect(f"sqlite:///{tmp_path}/x.db")
    yield engine
    engine.dispose()


@pytest.mark.parametrize(
    ("pragma", "value"), [("journal_mode", "wal"), ("foreign_keys", 1), ("synchronous", 2), ("busy_timeout", 5000)]
)
def test_sqlite_is_set_up_on_every_connection(sqlite, pragma, value):
    with sqlite.connect() as one, sqlite.connect() as other:
        assert one.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value
        assert other.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value


def test_sqlite_holds_foreign_keys_and_undoes_tables(sqlite):
    with sqlite.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE parents (id INTEGER PRIMARY KEY)")
        connection.exec_driver_sql("CREATE TABLE children (parent_id INTEGER REFERENCES parents (id))")
        with pytest.raises(IntegrityError):
            connection.exec_driver_sql("INSERT INTO children VALUES (1)")
    with sqlite.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE undone (id INTEGER)")
        connection.rollback()
        assert sa.inspect(connection).get_table_names() == ["children", "parents"]


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("tx_isolation", "READ-COMMITTED"),
        ("time_zone", "+00:00"),
        ("innodb_lock_wait_timeout", 5),
        ("character_set_client", "utf8mb4"),
        ("sql_mode", "STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"),
    ],
)
def test_mariadb_is_set_up_on_every_connection(mariadb, variable, value):
    with mariadb.connect() as one, mariadb.connect() as other:
        assert one.exec_driver_sql(f"SELECT @@session.{variable}").scalar() == value
        assert other.exec_driver_sql(f"SELECT @@session.{variable}").scalar() == value


def test_a_text_that_does_not_fit_is_refused_and_not_cut(mariadb):
    """SQLite knows no lengths: there only the payloads' schemas hold them."""
    ToyModel.metadata.create_all(mariadb)
    with pytest.raises(DBAPIError):
        run(sessions(mariadb).write, lambda session: session.add(Tally(name="a", note="字" * 41)))
    ToyModel.metadata.drop_all(mariadb)


def test_errors_do_not_show_what_was_to_be_stored(toys):
    with pytest.raises(DBAPIError) as refused, toys.begin() as connection:
        connection.execute(sa.text("INSERT INTO no_such_table VALUES (:phone)"), {"phone": "13800138000"})
    assert "13800138000" not in str(refused.value)


class TestWritersTurn:
    """On SQLite the writers of a process wait for one another before they ask the database."""

    @pytest.fixture
    def writers(self, sqlite):
        return sqlite.execution_options(sqlite_begin="IMMEDIATE")

    def write(self, writers):
        with writers.begin() as connection:
            return connection.exec_driver_sql("SELECT 7").scalar_one()

    def written_soon(self, writers):
        """A turn that was lost costs the next writer the 5 s after which SQLite is asked all the same."""
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(self.write, writers).result(timeout=3) == 7

    def test_the_turn_comes_back_after_success_and_after_a_failure(self, writers):
        assert self.written_soon(writers)
        with pytest.raises(OperationalError), writers.begin() as connection:
            connection.exec_driver_sql("nonsense")
        assert self.written_soon(writers)

    def test_the_turn_comes_back_when_the_database_does_not_give_the_lock(self, writers, tmp_path):
        with writers.connect() as connection:
            connection.connection.driver_connection.execute("PRAGMA busy_timeout=1")
        other = sqlite3.connect(tmp_path / "x.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError, match="locked"):
            self.write(writers)
        other.close()
        assert self.written_soon(writers)

    def test_the_turn_comes_back_when_the_connection_breaks(self, writers):
        with writers.connect() as connection:
            connection.exec_driver_sql("SELECT 1")
            connection.invalidate()
        assert self.written_soon(writers)

    def test_who_waits_is_let_through_when_the_one_before_is_done(self, writers):
        with ThreadPoolExecutor(1) as pool:
            with writers.begin() as connection:
                connection.exec_driver_sql("SELECT 1")
                waiting = pool.submit(self.write, writers)
                assert not wait([waiting], timeout=0.05).done
            assert waiting.result(timeout=3) == 7

    def test_readers_wait_for_nobody(self, sqlite, writers):
        with writers.begin(), sqlite.connect() as reader:
            assert reader.exec_driver_sql("SELECT 7").scalar_one() == 7
