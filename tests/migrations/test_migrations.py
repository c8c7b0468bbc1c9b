"""The migrations lead to what the models say, to the letter: also where Alembic's own comparison does not look."""

import re

import pytest
import sqlalchemy as sa

import backend.models  # noqa: F401  every table must be known to the metadata
from backend.kit import migrations
from backend.kit.db import Model
from tests.support.databases import mariadb_database

OWN_TABLE = "alembic_version"


def definitions(engine):
    """Every table and index as the database itself tells them: columns, collations, checks, keys."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            rows = connection.execute(sa.text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")).all()
        else:
            names = sa.inspect(connection).get_table_names()
            rows = [connection.execute(sa.text(f"SHOW CREATE TABLE `{name}`")).one() for name in names]
    return {name: _parts(sql) for name, sql in rows if name != OWN_TABLE}


def _parts(sql):
    """The lines of a definition in one order: keys may be declared in another one."""
    lines = re.sub(r"\s+", " ", sql.replace('"', "").replace("`", "")).replace("( ", "(").replace(" )", ")")
    return sorted(part.strip() for part in re.split(r",(?![^(]*\))", lines.partition("(")[2].rpartition(")")[0]))


def test_every_step_leads_up_and_down_and_up_again(blank):
    steps = list(reversed(list(migrations.revisions())))
    assert steps
    for step in steps:
        migrations.upgrade(blank, step)
    migrations.downgrade(blank, "base")
    assert sa.inspect(blank).get_table_names() == [OWN_TABLE]
    for step in steps:
        migrations.upgrade(blank, step)
        there = definitions(blank)
        migrations.downgrade(blank, "-1")
        migrations.upgrade(blank, step)
        assert definitions(blank) == there


def test_alembic_finds_no_difference_from_the_models(blank):
    migrations.upgrade(blank)
    with blank.connect() as connection:
        assert migrations.drift(connection) == []


def test_the_database_tells_no_difference_from_the_models(blank):
    migrations.upgrade(blank)
    migrated = definitions(blank)
    migrations.downgrade(blank, "base")
    Model.metadata.create_all(blank)
    assert migrated == definitions(blank)


def test_a_difference_that_alembic_overlooks_is_found(blank):
    """The negative control of the test above: a lost CHECK."""
    migrations.upgrade(blank)
    migrated = definitions(blank)
    checks = [part for parts in migrated.values() for part in parts if "CHECK" in part]
    assert checks
    broken = {name: [part for part in parts if part != checks[0]] for name, parts in migrated.items()}
    assert broken != migrated


def test_every_code_is_compared_byte_by_byte_on_mariadb(mariadb_engine):
    """A column that is a key and of text: two emoji, or B2 and b2, must not be the same."""
    with mariadb_engine.connect() as connection:
        folded = connection.execute(
            sa.text(
                "SELECT DISTINCT table_name, column_name FROM information_schema.columns"
                " JOIN information_schema.key_column_usage USING (table_schema, table_name, column_name)"
                " WHERE table_schema = DATABASE() AND collation_name IS NOT NULL"
                f" AND collation_name <> 'utf8mb4_bin' AND table_name <> '{OWN_TABLE}'"
            )
        ).all()
    assert folded == []


def test_a_database_of_another_character_set_is_refused(mariadb_engine):
    with mariadb_database() as engine:
        with engine.begin() as connection:
            connection.execute(sa.text(f"ALTER DATABASE {engine.url.database} CHARACTER SET latin1"))
        with pytest.raises(RuntimeError, match="latin1"):
            migrations.upgrade(engine)
        assert sa.inspect(engine).get_table_names() == []


def test_the_first_downgrade_drops_no_index_of_a_table_that_goes():
    source = next(migrations.FOLDER.glob("versions/0001_*.py")).read_text()
    downgrade = source.partition("def downgrade")[2]
    assert "drop_table" in downgrade
    assert "drop_index" not in downgrade
