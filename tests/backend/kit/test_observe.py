import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from flask import jsonify

from backend.kit.calls import db
from tests.support.toys import Tally, counting_door

ROOT = Path(__file__).parents[3]
TWO_PROCESSES = """
import os, sys
from flask import Flask
from backend.kit.observe import metrics, watch
app = Flask("x")
watch(app)
app.add_url_rule("/x", view_func=lambda: "x")
app.add_url_rule("/metrics", view_func=metrics)
if not (child := os.fork()):
    app.test_client().get("/x")
    os._exit(0)
os.waitpid(child, 0)
app.test_client().get("/x")
print(app.test_client().get("/metrics").text)
"""


def calls(client, **labels):
    """How often such calls were counted so far."""
    wanted = [f'{name}="{value}"' for name, value in labels.items()]
    lines = [
        line for line in client.get("/metrics").text.splitlines() if line.startswith("baihui_http_requests_total{")
    ]
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines if all(label in line for label in wanted))


def lines_of(caplog):
    return [json.loads(record.getMessage()) for record in caplog.records if record.name == "http"]


def test_every_call_gets_an_id(client):
    one, other = (client.get("/healthz").headers["X-Request-Id"] for _ in range(2))
    assert re.fullmatch("[0-9a-f]{32}", one)
    assert one != other


def test_an_id_from_the_front_is_kept(client):
    assert client.get("/healthz", headers={"X-Request-Id": "front-0815_A"}).headers["X-Request-Id"] == "front-0815_A"


@pytest.mark.parametrize("given", ["", "short", "x" * 65, "a b c d e f", "<script>alert</script>", '{"a":"bcdefgh"}'])
def test_an_id_that_could_forge_a_log_line_is_not(client, given):
    assert client.get("/healthz", headers={"X-Request-Id": given}).headers["X-Request-Id"] != given


def test_calls_are_counted_by_route_and_status(client):
    before = calls(client, route="/healthz", method="GET", status="200")
    for _ in range(3):
        client.get("/healthz")
    assert calls(client, route="/healthz", method="GET", status="200") == before + 3
    assert 'baihui_http_request_seconds_bucket{le="0.005",method="GET",route="/healthz"}' in client.get("/metrics").text


def test_what_clients_invent_does_not_grow_the_metrics(client):
    before = calls(client, route="unknown", method="other")
    for number in range(3):
        client.open(f"/nowhere/{number}", method=f"BREW{number}")
    assert calls(client, route="unknown", method="other") == before + 3
    assert "BREW" not in client.get("/metrics").text
    assert "nowhere" not in client.get("/metrics").text


def test_the_metrics_are_those_of_all_processes(tmp_path):
    told = subprocess.run(  # noqa: S603  our own
        [sys.executable, "-c", TWO_PROCESSES],
        cwd=ROOT,
        env={**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)},
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert 'baihui_http_requests_total{method="GET",route="/x",status="200"} 2.0' in told.stdout


def test_a_log_line_names_the_route_and_nothing_personal(open_door, toys, caplog):
    caplog.set_level("INFO")
    client = open_door(counting_door())
    planted = {"name": "王小红"}
    reply = client.post(
        "/api/toy/tallies?phone=13800138000", json=planted, headers={"Authorization": "Bearer planted-token"}
    )
    assert reply.status_code == 201
    (line,) = lines_of(caplog)
    assert line.pop("ms") >= 0
    assert line == {
        "event": "call",
        "level": "info",
        "method": "POST",
        "route": "/api/toy/tallies",
        "status": 201,
        "request_id": reply.headers["X-Request-Id"],
    }
    assert not re.search("王小红|13800138000|planted-token", caplog.text)


def test_a_refused_payload_leaves_nothing_personal_in_the_log(open_door, toys, caplog):
    caplog.set_level("DEBUG")
    open_door(counting_door()).post("/api/toy/tallies", json={"name": 13800138000, "phone": "13900139000"})
    assert not re.search("1[39]800138000|13900139000", caplog.text)


def test_a_bug_over_the_database_leaves_no_values_in_the_log(door, open_door, toys, caplog):
    @door.post("/x")
    def view():
        db().add(Tally(name="13800138000", note="王小红" * 100, count=-1))
        db().flush()
        return jsonify()

    assert open_door(door).post("/api/toy/x").status_code == 500
    assert "bug" in caplog.text
    assert not re.search("13800138000|王小红", caplog.text)


@pytest.mark.parametrize("path", ["/healthz", "/metrics"])
def test_what_machines_ask_all_day_is_not_logged(client, caplog, path):
    caplog.set_level("INFO")
    client.get(path)
    assert lines_of(caplog) == []
