import pytest
from sqlalchemy import inspect, text

from backend.kit import migrations
from backend.kit.db import connect


def _at(engine):
    with engine.connect() as connection:
        return migrations.current(connection)


def test_upgrade_and_downgrade_lead_there_and_back(blank):
    migrations.upgrade(blank)
    assert _at(blank) == migrations.head()
    with blank.connect() as connection:
        assert migrations.drift(connection) == []
    migrations.downgrade(blank, "base")
    assert _at(blank) is None
    assert inspect(blank).get_table_names() == ["alembic_version"]
    migrations.upgrade(blank)
    assert _at(blank) == migrations.head()


def test_drift_is_told(blank):
    migrations.upgrade(blank)
    with blank.begin() as connection:
        connection.execute(text("DROP TABLE used_card_codes"))
    with blank.connect() as connection:
        assert "used_card_codes" in "\n".join(migrations.drift(connection))


def test_foreign_keys_are_watched_again_afterwards(tmp_path):
    engine = connect(f"sqlite:///{tmp_path / 'blank.db'}")
    migrations.upgrade(engine)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    engine.dispose()


@pytest.fixture
def held(mariadb_engine):
    """Hold a lock of the server, by the SQL of its name."""
    with mariadb_engine.connect() as other:

        def hold(name):
            assert other.scalar(text(f"SELECT GET_LOCK({name}, 0)")) == 1

        yield hold
        other.invalidate()  # the lock ends with its connection


def test_database_that_another_process_migrates_is_left_alone(mariadb_engine, held):
    held(migrations.LOCK)
    with pytest.raises(migrations.MigrationsBusy):
        migrations.upgrade(mariadb_engine, wait_s=0)


def test_who_migrates_another_database_of_the_server_is_not_waited_for(mariadb_engine, held):
    held("CONCAT('baihui-', MD5('another'))")
    migrations.upgrade(mariadb_engine, wait_s=0)
