import json
from pathlib import Path

import pytest

from backend.wechat.crypto import aes_key
from backend.wechat.simulator import DEMO_OFFICIAL_ACCOUNT, SimulatorConfig
from backend.wechat.simulator.config import read_config, read_templates

ACCOUNT = {"kind": "official-account", "appid": "wx1", "secret": "s", "token": "t", "aes_key": "k", "callback_url": "u"}
TEMPLATES = {"T": {"title": "标题", "fields": []}}


def test_a_file_replaces_the_accounts_and_adds_templates(tmp_path: Path):
    path = tmp_path / "config.json"
    path.write_text(json.dumps({"apps": [ACCOUNT], "templates": TEMPLATES, "subscribe_templates": TEMPLATES}), "utf-8")
    config = read_config(path, SimulatorConfig())
    [app] = config.apps
    assert (app.appid, app.kind, app.callback_url) == ("wx1", "official-account", "u")
    assert (app.credentials.secret, app.credentials.token, app.credentials.aes_key) == ("s", "t", "k")
    assert config.templates["T"].title == "标题"
    assert config.subscribe_templates == config.templates


def test_a_file_without_accounts_keeps_the_demo(tmp_path: Path):
    path = tmp_path / "config.json"
    path.write_text("{}", "utf-8")
    assert read_config(path, SimulatorConfig()).apps == SimulatorConfig().apps


def test_templates_keep_the_order_of_their_fields():
    given = {"T": {"title": "x", "fields": [{"key": "thing2", "label": "b"}, {"key": "thing1", "label": "a"}]}}
    assert list(read_templates(given)["T"].fields.items()) == [("thing2", "b"), ("thing1", "a")]


def test_half_a_template_is_noticed():
    with pytest.raises(KeyError):
        read_templates({"T": {"title": "x"}})


def test_the_demo_has_a_real_aes_key():
    assert len(aes_key(DEMO_OFFICIAL_ACCOUNT.aes_key)) == 32
