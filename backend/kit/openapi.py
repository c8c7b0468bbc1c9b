"""How the API document is made to say exactly what goes over the wire."""

from http import HTTPStatus
from typing import Any, Final

from backend.kit.problems import Problem

SECURITY_SCHEMES: Final[dict[str, Any]] = {
    "member": {"type": "http", "scheme": "bearer", "description": "POST /api/mp/v1/login 返回的令牌"},
    "till": {
        "type": "apiKey",
        "in": "header",
        "name": "X-App-Key",
        "description": (
            "X-App-Key, X-Timestamp, X-Nonce, X-Signature = hex HMAC-SHA256(secret, "
            "METHOD\\nPATH?QUERY\\nTIMESTAMP\\nNONCE\\nhex(sha256(body)))"
        ),
    },
}
PROBLEM: Final = {"$ref": "#/components/schemas/Problem"}
IDEMPOTENCY_KEY: Final[dict[str, Any]] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "同一个键只生效一次，重复请求得到同样的答复",
    "schema": {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[!-~]+$"},
}


def problems(*statuses: int) -> dict[Any, Any]:
    """The refusals that a door or a view declares."""
    return dict.fromkeys(statuses, Problem)


def polish(document: dict[str, Any]) -> None:
    """Declare in place what the kit itself does for every view, so that no door must remember it.

    Problems get their media type. Calls with a body may be unreadable (400), too large (413) or of another media type
    (415). Idempotent calls get their header; their key may be malformed (400), in use (409) or misused (422).
    """
    for path in document["paths"].values():
        for operation in path.values():
            refused = {400, 413, 415} if "requestBody" in operation else set()
            if operation.pop("x-idempotent", False):
                operation.setdefault("parameters", []).append(IDEMPOTENCY_KEY)
                refused |= {400, 409, 422}
            declared = operation["responses"]
            declared |= {str(status): _refusal(status) for status in refused if str(status) not in declared}
            for response in declared.values():
                _name_media_type(response.get("content", {}))


def _refusal(status: int) -> dict[str, Any]:
    return {"description": HTTPStatus(status).phrase, "content": {"application/json": {"schema": PROBLEM}}}


def _name_media_type(content: dict[str, Any]) -> None:
    # a list of problems is how the library declares its own 422, which is answered by one
    schema = content.get("application/json", {}).get("schema", {})
    if PROBLEM in (schema, schema.get("items")):
        del content["application/json"]
        content["application/problem+json"] = {"schema": PROBLEM}
