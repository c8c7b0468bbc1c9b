import json
from dataclasses import replace

import pytest

from backend import points
from backend.app import create_app
from tests.factories.scenes import make_scene
from tests.support.phone import simulated_wechat
from tests.support.runtimes import make_runtime


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


def test_published_in_wechat_and_again(clock, sessions, engine):
    with simulated_wechat() as wechat:
        part = make_runtime(engine, clock, wechat_url=wechat.base_url, public_base_url="https://shop.example")
        runner = create_app(replace(part, development=True)).test_cli_runner()
        with sessions.write.begin() as session:
            code = make_scene(session).code
        assert runner.invoke(args=["demo", "publish"]).stdout == "The menu is pushed, 1 codes are drawn.\n"
        assert [one["scene"] for one in wechat.get("codes")["items"]] == [code]
        assert [button["name"] for button in wechat.get("menu")["buttons"]] == ["会员卡", "权益", "逛一逛"]
        assert runner.invoke(args=["demo", "publish"]).stdout == "The menu is pushed, 0 codes are drawn.\n"


def test_production_is_not_published(app):
    refused = app.test_cli_runner().invoke(args=["demo", "publish"])
    assert refused.exit_code == 1
    assert "development only" in refused.stderr
