"""How the API document is made to say exactly what goes over the wire."""

from typing import Any

from backend.kit.problems import Problem

SECURITY_SCHEMES: dict[str, Any] = {
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
IDEMPOTENCY_KEY: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "同一个键只生效一次，重复请求得到同样的答复",
    "schema": {"type": "string", "minLength": 1, "maxLength": 128},
}


def problems(*statuses: int) -> dict[Any, Any]:
    """The refusals that a door or a view declares."""
    return dict.fromkeys(statuses, Problem)


def polish(document: dict[str, Any]) -> None:
    """In place: problems get their media type, idempotent calls their header, public calls (`security=[{}]`) no key."""
    for path in document["paths"].values():
        for operation in path.values():
            if {} in operation.get("security", []):
                operation["security"] = []  # the library adds the door's key to what needs none
            if operation.pop("x-idempotent", False):
                operation.setdefault("parameters", []).append(IDEMPOTENCY_KEY)
            for status, response in operation["responses"].items():
                content = response.get("content", {})
                if int(status) >= 400 and "application/json" in content:  # noqa: PLR2004  the range of errors
                    content["application/problem+json"] = {"schema": {"$ref": "#/components/schemas/Problem"}}
                    del content["application/json"]
