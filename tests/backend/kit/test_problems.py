import pytest
from flask import abort, jsonify
from jsonschema import validate

from backend.kit.errors import (
    Conflict,
    DomainError,
    Forbidden,
    Invalid,
    Malformed,
    NotFound,
    TooMany,
    Unauthenticated,
    Unavailable,
)
from backend.kit.problems import Problem, status_of
from tests.support.toys import TallyIn

FAMILIES = {
    Malformed: 400,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    Invalid: 422,
    TooMany: 429,
    Unavailable: 503,
}


def refusal_of(family):
    kind = type("Refused", (family,), {"code": "toy.refused", "message": "还差 {missing} 分"})
    return kind(missing=3, retry_after=9) if family in {TooMany, Unavailable} else kind(missing=3)


def assert_is_problem(reply, status, code):
    assert (reply.status_code, reply.mimetype) == (status, "application/problem+json")
    validate(reply.json, Problem.model_json_schema(mode="serialization"))
    assert (reply.json["status"], reply.json["code"]) == (status, code)
    assert reply.json["type"] == f"urn:baihui:problem:{code}"
    assert reply.json["request_id"] == reply.headers["X-Request-Id"]


@pytest.mark.parametrize(("family", "status"), FAMILIES.items())
def test_each_family_has_its_status(door, open_door, family, status):
    @door.get("/x")
    def view():
        raise refusal_of(family)

    reply = open_door(door).get("/api/toy/x?phone=13800138000")
    assert_is_problem(reply, status, "toy.refused")
    assert reply.json["detail"] == "还差 3 分"
    assert reply.json["instance"] == "/api/toy/x"
    assert reply.headers.get("Retry-After") == ("9" if family in {TooMany, Unavailable} else None)
    assert reply.headers.get("WWW-Authenticate") == ("Bearer" if family is Unauthenticated else None)
    assert "还差" in reply.text


def test_an_error_of_no_family_is_a_bug():
    assert status_of(type("Odd", (DomainError,), {"code": "x", "message": "x"})()) == 500


def test_a_payload_that_does_not_fit_is_named_by_field_and_not_repeated(door, open_door):
    @door.post("/x")
    def view(body: TallyIn):
        return jsonify()

    reply = open_door(door).post("/api/toy/x", json={"name": {"phone": "13800138000"}, "name2": "王小红"})
    assert_is_problem(reply, 422, "payload.invalid")
    assert {error["field"] for error in reply.json["errors"]} == {"name", "name2"}
    assert "13800138000" not in reply.text
    assert "王小红" not in reply.text


@pytest.mark.parametrize("status", [400, 401, 404, 413, 418, 500, 503])
def test_what_the_framework_refuses_is_a_problem_too(door, open_door, status):
    @door.get("/x")
    def view():
        abort(status)

    reply = open_door(door).get("/api/toy/x")
    assert_is_problem(reply, status, f"http.{status}")
    assert "errors" not in reply.json


def test_an_unknown_address_is_a_problem(client):
    assert_is_problem(client.get("/api/nowhere"), 404, "http.404")


def test_a_wrong_method_says_which_are_right(client):
    reply = client.delete("/healthz")
    assert_is_problem(reply, 405, "http.405")
    assert "GET" in reply.headers["Allow"]


def test_a_bug_is_loud_in_the_log_and_mute_outside(door, open_door, caplog):
    @door.get("/x")
    def view():
        raise ZeroDivisionError("secret circumstances")

    reply = open_door(door).get("/api/toy/x")
    assert_is_problem(reply, 500, "http.500")
    assert "secret" not in reply.text
    (line,) = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert "secret circumstances" in line
    assert reply.headers["X-Request-Id"] in line
