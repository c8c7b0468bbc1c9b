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


def test_database_that_another_process_migrates_is_left_alone(mariadb_engine):
    with mariadb_engine.connect() as other:
        other.execute(text("SELECT GET_LOCK('baihui-migrations', 0)"))
        with pytest.raises(migrations.MigrationsBusy):
            migrations.upgrade(mariadb_engine, wait_s=0)
        other.execute(text("SELECT RELEASE_LOCK('baihui-migrations')"))
