import json
from datetime import UTC

import pytest
from click import BadParameter
from sqlalchemy.exc import OperationalError

from backend.app import create_app
from backend.commands.speech import MONTH, Group, Instant, Number, local, tell, tell_one
from backend.kit.errors import Unavailable
from tests.support.clocks import MORNING


@pytest.fixture
def group(runtime):
    made, app = Group("try"), create_app(runtime)
    app.cli.add_command(made)
    runner = app.test_cli_runner()
    return made, lambda *arguments: runner.invoke(args=["try", *arguments])


def test_refusal_is_one_line(group):
    made, invoke = group

    @made.command()
    def refuse():
        raise Unavailable

    result = invoke("refuse")
    assert (result.exit_code, result.stderr) == (1, "Error: 系统繁忙，请稍后再试 (unavailable)\n")


def test_database_that_is_away_is_one_line(group):
    made, invoke = group

    @made.command()
    def query():
        raise OperationalError("SELECT 1", {}, Exception("no route to host"))

    assert invoke("query").stderr == "Error: the database refused: no route to host\n"


def test_bug_stays_loud(group):
    made, invoke = group

    @made.command()
    def fail():
        raise RuntimeError

    assert isinstance(invoke("fail").exception, RuntimeError)


def test_json_is_the_rows_and_nothing_else(capsys):
    tell([{"name": "小红", "points": 5}], json_wanted=True, empty="none")
    assert json.loads(capsys.readouterr().out) == [{"name": "小红", "points": 5}]


def test_long_values_are_not_cut_in_a_pipe(capsys):
    tell([{"secret": "x" * 64, "name": "y" * 64, "more": "z" * 64}], json_wanted=False, empty="none")
    assert "z" * 64 in capsys.readouterr().out


def test_one_result_is_lines_for_people(capsys):
    tell_one({"code": "HQ", "name": "人民广场店", "brand": None}, json_wanted=False)
    assert capsys.readouterr().out == "code: HQ\nname: 人民广场店\nbrand: \n"


def test_every_command_has_help(app):
    runner = app.test_cli_runner()
    for name, command in app.cli.commands.items():
        if isinstance(command, Group):
            for sub in command.commands.values():
                assert sub.help, f"{name} {sub.name}"
            assert runner.invoke(args=[name, "--help"]).exit_code == 0


def test_an_instant_without_a_zone_is_the_shops():
    assert Instant().convert("2026-03-01T09:00", None, None) == MORNING
    assert Instant().convert("2026-03-01T01:00:00+00:00", None, None) == MORNING


def test_an_instant_is_answered_in_utc():
    assert Instant().convert("2026-03-01T09:00", None, None).tzinfo is UTC
    assert Instant().convert("2026-03-01T09:00+08:00", None, None).tzinfo is UTC


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Instant(), "0001-01-01T00:00"),
        (Instant(), "9999-12-31T23:59:59-12:00"),
        (Instant(), "1999-12-31"),
        (MONTH, "0001-01"),
        (MONTH, "9999-12"),
    ],
)
def test_what_no_calendar_reaches_is_refused(kind, value):
    with pytest.raises(BadParameter, match="is not in the years 2000 to 2199"):
        kind.convert(value, None, None)


@pytest.mark.parametrize("value", ["-1", "1.5", "", "九", "9" * 400, str(2**63)])
def test_what_no_database_counts_is_refused(value):
    assert Number().convert(str(2**63 - 1), None, None) == 2**63 - 1
    with pytest.raises(BadParameter, match="is no number"):
        Number().convert(value, None, None)


def test_no_instant_is_refused():
    with pytest.raises(BadParameter, match="soon is no ISO 8601 instant"):
        Instant().convert("soon", None, None)


def test_an_instant_is_told_by_the_shops_clock():
    assert local(MORNING) == "2026-03-01T09:00:00+08:00"
    assert local(None) is None
