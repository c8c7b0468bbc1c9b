import pytest

from backend.app import create_app
from backend.kit import migrations
from backend.kit.db import connect
from tests.support.runtimes import make_runtime


@pytest.fixture
def empty(tmp_path, clock):
    """The command line on a database without any table."""
    engine = connect(f"sqlite:///{tmp_path / 'empty.db'}")
    runner = create_app(make_runtime(engine, clock)).test_cli_runner()
    yield lambda *arguments: runner.invoke(args=["db", *arguments])
    engine.dispose()


def test_upgrade_leads_to_the_newest_and_is_at_home_there(empty):
    assert empty("upgrade").stdout == f"The database stands at {migrations.head()}.\n"
    assert empty("upgrade").exit_code == 0
    assert empty("check").stdout == "The database is what the models say.\n"


def test_check_of_an_empty_database_finds_what_is_missing(empty):
    result = empty("check", "--json")
    assert result.exit_code == 1
    assert "add_table" in result.stdout


def test_downgrade_asks_first(empty):
    empty("upgrade")
    assert empty("downgrade", "base").exit_code == 1
    assert empty("downgrade", "base", "--yes").stdout.endswith("The database stands at base.\n")


def test_current(empty):
    assert f'"source": "{migrations.head()}"' in empty("current", "--json").stdout


def test_command_on_an_empty_database_is_one_line_and_exit_code_1(tmp_path, clock):
    engine = connect(f"sqlite:///{tmp_path / 'empty.db'}")
    result = create_app(make_runtime(engine, clock)).test_cli_runner().invoke(args=["stores", "list"])
    engine.dispose()
    assert (result.exit_code, result.stderr) == (1, "Error: the database refused: no such table: stores\n")
