"""Where WeChat Pay posts its notifications. It repeats what is not answered 200 or 204 within 5 s, for a day."""

from typing import Final

import structlog
from flask import Blueprint, Response, abort, jsonify, request
from flask.typing import ResponseReturnValue

from backend.cashier.settling import Desk
from backend.kit.calls import now, without_transaction
from backend.kit.errors import DomainError, Unavailable
from backend.runtime import runtime
from backend.wechat import BadNotice, Trade

log = structlog.get_logger(__name__)

bp: Final = Blueprint("cashier", __name__, url_prefix="/wechat/pay")

LARGEST_NOTICE: Final = 64 * 1024
TAKEN: Final = ("", 204)


@bp.post("/notify")
@without_transaction
def hear() -> ResponseReturnValue:
    """A payment was made, or money went back. A shop without an account with WeChat Pay has no such address."""
    gateway = runtime().pay
    if gateway is None:
        abort(404)
    request.max_content_length = LARGEST_NOTICE
    try:
        said = gateway.notified(dict(request.headers), request.get_data(), now=now())
    except BadNotice as bad:
        log.warning("cashier.bad-notice", why=str(bad))
        return _failed(401)
    desk = Desk(runtime().sessions, gateway, now())
    try:
        if isinstance(said, Trade):
            desk.settle_trade(said)
        else:
            desk.settle_refund(said)
    except Unavailable:
        return _failed(503)
    except DomainError as refused:
        log.error("cashier.refused", code=refused.code)  # noqa: TRY400  a refusal, no bug
        return _failed(400)
    return TAKEN


def _failed(status: int) -> tuple[Response, int]:
    return jsonify(code="FAIL", message="失败"), status
