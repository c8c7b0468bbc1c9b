"""Every refusal on the wire: RFC 9457 problem details with a stable code."""

from http import HTTPStatus
from typing import Final

from flask import Response, g, request
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

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
from backend.kit.schema import Schema

STATUS_OF_FAMILY: Final[dict[type[DomainError], int]] = {
    Malformed: 400,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    Invalid: 422,
    TooMany: 429,
    Unavailable: 503,
}
SENTENCES: Final = {
    400: "请求格式错误",
    404: "内容不存在",
    405: "不支持的请求方法",
    413: "请求内容过大",
    415: "请使用 JSON 格式",
    500: "系统开小差了，请稍后再试",
}
TOLD_HEADERS: Final = ("Allow", "Location", "Retry-After", "WWW-Authenticate")


class FieldError(Schema):
    """What is wrong with one field."""

    field: str
    reason: str


class Problem(Schema):
    """Problem details (RFC 9457). `code` is stable; `detail` is a sentence for the member."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    instance: str
    request_id: str
    errors: list[FieldError] | None = None


def refusal(error: DomainError) -> Response:
    """The problem response for a refusal of a domain."""
    response = problem(status_of(error), error.code, error.detail)
    if isinstance(error, (TooMany, Unavailable)):
        response.headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, Unauthenticated):
        response.headers["WWW-Authenticate"] = error.challenge
    return response


def status_of(error: DomainError) -> int:
    """The HTTP status of an error's family; 500 for one of no family."""
    return next((status for family, status in STATUS_OF_FAMILY.items() if isinstance(error, family)), 500)


def invalid_payload(error: ValidationError) -> Response:
    """The 422 for a payload that does not fit its schema. It never repeats what was sent."""
    found = [
        FieldError(field=".".join(map(str, item["loc"])), reason=item["msg"])
        for item in error.errors(include_input=False, include_url=False, include_context=False)
    ]
    return problem(422, "payload.invalid", "提交的内容有误，请检查后重试", errors=found)


def http_problem(error: HTTPException) -> Response:
    """The problem response for what the framework refuses (unknown path, wrong method, bad JSON, ...)."""
    if error.response is not None:
        return error.response  # type: ignore[return-value]  # made by invalid_payload
    status = error.code or 500
    response = problem(status, f"http.{status}", SENTENCES.get(status, "请求无法处理"))
    for name, value in error.get_headers():
        if name in TOLD_HEADERS:
            response.headers[name] = value
    return response


def problem(status: int, code: str, detail: str, *, errors: list[FieldError] | None = None) -> Response:
    """A problem response."""
    body = Problem(
        type=f"urn:baihui:problem:{code}",
        title=HTTPStatus(status).phrase,
        status=status,
        code=code,
        detail=detail,
        instance=request.path,
        request_id=g.get("request_id", ""),
        errors=errors,
    )
    return Response(body.model_dump_json(exclude_none=True), status, mimetype="application/problem+json")
