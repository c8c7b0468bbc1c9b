import re

import pytest

from tests.support.databases import mariadb_database
from tests.support.launched import launched

pytestmark = pytest.mark.slow


def _walk_twice(store):
    for _ in range(2):
        done = store.walk()
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}\n{store.log('web')[-5000:]}"
        assert "The walk is done" in done.stdout
    verified = store.flask("points", "verify")
    assert re.search(r"^7 accounts, no fault\.$", verified.stdout, re.MULTILINE), verified.stdout + verified.stderr


def test_walk_on_a_single_machine_and_how_it_fails(tmp_path):
    with launched(tmp_path) as store:
        _walk_twice(store)
        kept = tmp_path / "demo.json"
        kept.write_text(kept.read_text("utf-8").replace("till-", "tilt-"), "utf-8")
        done = store.walk()
    assert done.returncode == 1
    assert "FAILED: wanted 200, got 401" in done.stderr


def test_walk_with_mariadb_redis_and_two_web_processes(tmp_path, mariadb_engine, redis_url):
    with mariadb_database() as engine:
        url = engine.url.render_as_string(hide_password=False)
        with launched(tmp_path, DATABASE_URL=url, REDIS_URL=redis_url, WEB_WORKERS="2") as store:
            _walk_twice(store)
