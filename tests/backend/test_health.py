from dataclasses import replace

import pytest
from alembic.migration import MigrationContext
from sqlalchemy import text

from backend.app import create_app
from backend.health import head
from backend.kit import migrations
from backend.kit.cache import RedisCache
from backend.kit.db import connect
from tests.support.runtimes import make_runtime

NOBODY = "redis://127.0.0.1:9"


@pytest.fixture
def stamp(engine):
    """Says which migration the database is at; what it was at before comes back after the test."""

    def put(at: str | None) -> None:
        with engine.begin() as connection:
            MigrationContext.configure(connection)._ensure_version_table()
            connection.execute(text("DELETE FROM alembic_version"))
            if at is not None:
                connection.execute(text("INSERT INTO alembic_version VALUES (:at)"), {"at": at})

    with engine.connect() as connection:
        before = migrations.current(connection)
    yield put
    put(before)


def states(response):
    return response.status_code, response.json["database"], response.json["cache"]


class TestAlive:
    def test_says_ok_whatever_the_database_does(self, clock, tmp_path):
        engine = connect(f"sqlite:///{tmp_path}/nowhere/none.db")
        client = create_app(make_runtime(engine, clock)).test_client()
        response = client.get("/healthz")
        assert (response.status_code, response.json) == (200, {"status": "ok"})


class TestReady:
    def test_at_head(self, client, stamp):
        stamp(head())
        response = client.get("/readyz")
        assert states(response) == (200, "ok", "ok")
        assert response.json["status"] == "ok"

    def test_behind_the_source(self, client, stamp):
        stamp("000000000000")
        response = client.get("/readyz")
        assert states(response) == (503, "migrations are not at head", "ok")
        assert response.json["status"] == "unready"

    def test_never_migrated(self, client, stamp):
        stamp(None)
        assert states(client.get("/readyz")) == (503, "migrations are not at head", "ok")

    @pytest.mark.parametrize(
        "url", ["sqlite:////nowhere/none.db", "mysql+pymysql://root@127.0.0.1:9/none"], ids=["sqlite", "mariadb"]
    )
    def test_database_away(self, clock, url):
        client = create_app(make_runtime(connect(url), clock)).test_client()
        assert states(client.get("/readyz")) == (503, "away", "ok")

    def test_cache_away(self, runtime, clock, stamp):
        stamp(head())
        client = create_app(replace(runtime, cache=RedisCache(NOBODY, clock))).test_client()
        assert states(client.get("/readyz")) == (503, "ok", "away")

    def test_names_no_host_and_no_user(self, clock):
        client = create_app(make_runtime(connect("mysql+pymysql://root@127.0.0.1:9/none"), clock)).test_client()
        assert "127.0.0.1" not in client.get("/readyz").text


class TestHead:
    def test_is_read_once(self):
        assert head() is head()
        assert head.cache_info().misses <= 1


class TestMetrics:
    def test_count_calls_by_route(self, client):
        client.get("/healthz")
        response = client.get("/metrics")
        assert response.status_code == 200
        assert response.mimetype == "text/plain"
        assert 'baihui_http_requests_total{method="GET",route="/healthz",status="200"}' in response.text

    def test_never_name_a_path_that_nobody_serves(self, client):
        client.get("/secret-of-somebody")
        assert "secret-of-somebody" not in client.get("/metrics").text
