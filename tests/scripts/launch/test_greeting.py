import json

import pytest

from scripts.launch.greeting import greeting, keep_addresses
from scripts.launch.plan import LaunchSettings

LOGINS = {
    "till": {"store_id": "1", "store_code": "HQ", "app_key": "till-X", "secret": "5ec237"},
    "operator": {"login": "demo", "password": "baihui-2026"},
}


@pytest.fixture
def plan(tmp_path):
    (tmp_path / "demo.json").write_text(json.dumps(LOGINS), "utf-8")
    return LaunchSettings(var_dir=tmp_path, port=9000, simulator_port=9001, demo=True)


def test_demo_is_told_with_addresses_and_logins(plan):
    said = greeting(plan)
    for wanted in ("http://127.0.0.1:9000/api/docs", "http://127.0.0.1:9001/", "till-X", "5ec237", "demo", "make walk"):
        assert wanted in said


def test_empty_store_has_no_logins_to_tell(tmp_path):
    said = greeting(LaunchSettings(var_dir=tmp_path, demo=False))
    assert "Demo" not in said
    assert "make walk" not in said


def test_walk_finds_the_store_by_what_is_kept(plan):
    keep_addresses(plan)
    kept = json.loads(plan.logins.read_text("utf-8"))
    assert (kept["base_url"], kept["simulator_url"]) == ("http://127.0.0.1:9000", "http://127.0.0.1:9001")
    assert kept["till"] == LOGINS["till"]
