import json
import sys

import pytest

from backend import oa
from backend.kit.db import connect
from tests.support.phone import simulated_wechat
from tests.support.programs import run_program
from tests.support.runtimes import make_runtime


def test_simulate_becomes_the_simulator():
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "wechat", "simulate", "--help"]
    done = run_program(*command, env={"ENVIRONMENT": "development", "PATH": ""})
    assert done.returncode == 0, done.stderr
    assert "--state" in done.stdout


class TestMenu:
    @pytest.fixture
    def wechat(self):
        with simulated_wechat() as wechat:
            yield wechat

    @pytest.fixture
    def runtime(self, clock, wechat):
        engine = connect("sqlite://")  # nothing here asks the database
        return make_runtime(engine, clock, wechat_url=wechat.base_url, public_base_url="https://shop.example")

    def test_pushed_shown_pulled_and_deleted(self, answer, flask, wechat, tmp_path):
        assert flask("wechat", "menu", "show").stdout == "There is no menu.\n"
        pushed = answer("wechat", "menu", "push")
        assert pushed == answer("wechat", "menu", "check") == answer("wechat", "menu", "show")
        assert (pushed[0]["place"], pushed[0]["leads_to"]) == ("1", "https://shop.example/wechat/pages/card")
        there = wechat.get("menu")["buttons"]
        file = tmp_path / "menu.json"
        assert flask("wechat", "menu", "pull", file).exit_code == 0
        assert json.loads(file.read_text("utf-8")) == {"button": there}
        assert "Take the menu away" in flask("wechat", "menu", "delete", input="n\n").output
        assert flask("wechat", "menu", "delete", "--yes").exit_code == 0
        assert flask("wechat", "menu", "pull", file).stderr == "Error: there is no menu\n"
        assert answer("wechat", "menu", "push", file) == pushed
        assert wechat.get("menu")["buttons"] == there

    def test_faults_are_told_before_wechat_is_asked(self, flask, wechat, tmp_path):
        file = tmp_path / "menu.toml"
        file.write_text('[[button]]\nname = "积分"\ntype = "click"\n[[button]]\nname = "卡"\ntype = "x"\n', "utf-8")
        refused = flask("wechat", "menu", "push", file)
        assert refused.exit_code == 1
        assert "menu.toml: button 1: key is missing\nmenu.toml: button 2: the type is x" in refused.stderr
        assert wechat.calls() == []

    def test_refusals_of_wechat_are_told(self, flask, wechat):
        wechat.fault("cgi-bin/menu/create", errcode=48001)
        refused = flask("wechat", "menu", "push", oa.DEFAULT_MENU)
        assert refused.exit_code == 1
        assert "WeChat refused: cgi-bin/menu/create: 48001" in refused.stderr

    def test_odd_files(self, flask, tmp_path):
        file = tmp_path / "menu.toml"
        file.write_bytes(b"\xff\xfe")
        assert "is not UTF-8" in flask("wechat", "menu", "check", file).stderr
        assert "does not end in .json" in flask("wechat", "menu", "pull", file).stderr
        assert flask("wechat", "menu", "push", tmp_path / "none.toml").exit_code == 2
