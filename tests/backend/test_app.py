import re
from dataclasses import replace

import pytest
from flask import request
from openapi_spec_validator import OpenAPIV31SpecValidator
from structlog.testing import capture_logs

from backend.app import LARGEST_BODY, create_app
from backend.kit.calls import without_transaction
from backend.kit.clock import FixedClock
from backend.kit.db import connect
from backend.kit.errors import Conflict, TooMany
from tests.support.clocks import MORNING
from tests.support.runtimes import make_runtime

EXTERNAL = re.compile(r"""(?:src|href)=["'](?:https?:)?//""")


class Refused(Conflict):
    code = "test.refused"
    message = "不行"


class Hurried(TooMany):
    code = "test.hurried"
    message = "太快了"


@pytest.fixture
def runtime(tmp_path):
    """Nothing here asks the database, so it is an empty one."""
    return make_runtime(connect(f"sqlite:///{tmp_path}/empty.db"), FixedClock(MORNING))


@pytest.fixture(scope="module")
def document(tmp_path_factory):
    runtime = make_runtime(connect(f"sqlite:///{tmp_path_factory.mktemp('doc')}/empty.db"), FixedClock(MORNING))
    return create_app(runtime).test_client().get("/api/openapi.json").json


def operations(document):
    return [
        (path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def raising(app, error):
    """A client of the app after it was given `/fails`, which raises."""

    @without_transaction
    def fail():
        raise error

    app.add_url_rule("/fails", view_func=fail)
    return app.test_client()


class TestDoors:
    @pytest.mark.parametrize(
        ("path", "status"),
        [
            ("/healthz", 200),
            ("/metrics", 200),
            ("/api/openapi.json", 200),
            ("/wechat/oa", 403),
            ("/wechat/mp", 403),
            ("/api/mp/v1/me", 401),
            ("/api/pos/v1/purchases/1", 401),
            ("/nowhere", 404),
        ],
    )
    def test_stand_open_or_are_guarded(self, client, path, status):
        assert client.get(path).status_code == status

    def test_are_the_same_for_every_app_of_a_process(self, runtime):
        first, second = create_app(runtime), create_app(runtime)
        assert {str(rule) for rule in first.url_map.iter_rules()} == {str(rule) for rule in second.url_map.iter_rules()}


class TestRefusals:
    def test_of_a_domain(self, app):
        response = raising(app, Refused()).get("/fails")
        assert (response.status_code, response.mimetype) == (409, "application/problem+json")
        assert (response.json["code"], response.json["detail"]) == ("test.refused", "不行")

    def test_say_when_to_come_again(self, app):
        response = raising(app, Hurried(retry_after=7)).get("/fails")
        assert (response.status_code, response.headers["Retry-After"]) == (429, "7")

    def test_unknown_path(self, client):
        response = client.get("/api/mp/v1/nowhere")
        assert (response.status_code, response.json["code"]) == (404, "http.404")

    def test_unknown_method(self, client):
        response = client.delete("/healthz")
        assert (response.status_code, response.json["code"]) == (405, "http.405")
        assert "GET" in response.headers["Allow"]

    def test_too_large(self, client):
        response = client.post("/api/mp/v1/login", data=b"{" * (LARGEST_BODY + 1), content_type="application/json")
        assert (response.status_code, response.json["code"]) == (413, "http.413")

    @pytest.mark.parametrize("body", [b"{", b"[]", b'"a"', b"\xff", b'{"code":"\\ud800"}'])
    def test_unreadable(self, client, body):
        response = client.post("/api/mp/v1/login", data=body, content_type="application/json")
        assert response.status_code == 400

    def test_not_json(self, client):
        assert client.post("/api/mp/v1/login", data=b"code=1", content_type="text/plain").status_code == 415


class TestBugs:
    def test_are_mute_outside(self, app):
        with capture_logs():
            response = raising(app, RuntimeError("secret of the house")).get("/fails")
        assert (response.status_code, response.json["code"]) == (500, "http.500")
        assert "secret" not in response.text

    def test_are_loud_in_the_log(self, app):
        with capture_logs() as lines:
            raising(app, RuntimeError("secret of the house")).get("/fails")
        (bug,) = [line for line in lines if line["event"] == "bug"]
        assert (bug["log_level"], bug["route"], str(bug["exc_info"])) == ("error", "/fails", "secret of the house")


class TestRequestId:
    def test_is_given(self, client):
        first, second = (client.get("/healthz").headers["X-Request-Id"] for _ in range(2))
        assert first != second

    def test_of_the_caller_is_kept(self, client):
        assert client.get("/healthz", headers={"X-Request-Id": "a-b_c-12345"}).headers["X-Request-Id"] == "a-b_c-12345"

    @pytest.mark.parametrize("bad", ["short", "x" * 65, "with space 123", "<script>alert(1)"])
    def test_that_does_not_look_like_one_is_not(self, client, bad):
        assert client.get("/healthz", headers={"X-Request-Id": bad}).headers["X-Request-Id"] != bad

    def test_is_in_the_problem(self, client):
        response = client.get("/nowhere")
        assert response.json["request_id"] == response.headers["X-Request-Id"]


class TestProxies:
    @pytest.mark.parametrize(("trusted", "seen"), [(0, "127.0.0.1"), (1, "203.0.113.9")])
    def test_address_of_the_caller_is_believed_only_from_a_trusted_proxy(self, runtime, trusted, seen):
        app = create_app(replace(runtime, trusted_proxies=trusted))
        app.add_url_rule("/who", view_func=without_transaction(lambda: request.remote_addr or ""))
        response = app.test_client().get("/who", headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.9"})
        assert response.text == seen


class TestDocument:
    def test_is_openapi_3_1(self, document):
        assert document["openapi"] == "3.1.0"
        OpenAPIV31SpecValidator(document).validate()

    def test_tells_both_apis_and_nothing_else(self, document):
        assert all(path.startswith(("/api/mp/v1/", "/api/pos/v1/")) for path in document["paths"])
        assert {path.split("/")[2] for path in document["paths"]} == {"mp", "pos"}

    def test_every_refusal_is_a_problem(self, document):
        for path, method, operation in operations(document):
            refusals = {status: one for status, one in operation["responses"].items() if int(status) >= 400}
            assert refusals, (path, method)
            assert all("application/problem+json" in one["content"] for one in refusals.values()), (path, method)

    def test_every_call_is_secured_but_the_login(self, document):
        unsecured = {path for path, _, operation in operations(document) if not operation.get("security")}
        assert unsecured == {"/api/mp/v1/login"}

    def test_each_door_has_its_own_key(self, document):
        for path, _, operation in operations(document):
            wanted = "member" if path.startswith("/api/mp/") else "till"
            assert all(wanted in one for one in operation.get("security", []))

    def test_no_call_uses_patch(self, document):
        assert "patch" not in {method for _, method, _ in operations(document)}

    def test_is_written_once(self, client):
        assert client.get("/api/openapi.json").json == client.get("/api/openapi.json").json


class TestDocs:
    def test_lead_to_the_page(self, client):
        response = client.get("/api/docs", follow_redirects=True)
        assert (response.status_code, response.mimetype) == (200, "text/html")

    def test_are_served_from_here(self, client):
        assert not EXTERNAL.search(client.get("/api/docs", follow_redirects=True).text)
