import json
from dataclasses import replace

import pytest

from backend import points
from backend.app import create_app


@pytest.fixture
def flask(runtime):
    """The command line of a development place."""
    runner = create_app(replace(runtime, development=True)).test_cli_runner()
    return lambda *arguments: runner.invoke(args=["demo", *arguments])


def test_seed_once_fills_the_store_once_and_keeps_the_logins(flask, sessions, tmp_path):
    path = tmp_path / "demo.json"
    assert flask("seed", "--once", "--members", "3").exit_code == 0
    assert flask("seed", "--once", "--members", "3", "--logins", str(path)).stdout == ""
    with sessions.read() as session:
        assert len(points.member_ids(session, limit=100)) == 3
    kept = json.loads(path.read_text("utf-8"))
    assert (kept["till"]["store_code"], kept["operator"]["login"]) == ("HQ", "demo")
    assert path.stat().st_mode & 0o077 == 0


def test_seed_refuses_a_store_that_is_there(flask):
    flask("seed", "--members", "1")
    result = flask("seed", "--members", "1")
    assert result.exit_code == 1
    assert "there is a store already" in result.stderr


def test_logins_of_a_store_that_is_no_demo(flask):
    assert flask("logins").exit_code == 1


def test_production_refuses_the_demo(app):
    result = app.test_cli_runner().invoke(args=["demo", "seed"])
    assert result.exit_code == 1
    assert "ENVIRONMENT=development only" in result.stderr
