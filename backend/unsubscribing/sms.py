"""What members answer to our SMS, posted by the provider.

The provider signs nothing: the key in the address is what proves it, so that the address is a secret.
"""

import hmac
from typing import Final

import structlog
from flask import Blueprint, Response, abort, jsonify, request

from backend import members, messaging, preferences
from backend.kit.calls import db, now
from backend.kit.logs import alias
from backend.preferences import Word
from backend.runtime import runtime
from backend.sms import BadReply, read_reply

log = structlog.get_logger(__name__)

bp = Blueprint("sms", __name__, url_prefix="/sms")

BY_SMS: Final = "sms"
LARGEST_REPLY: Final = 16 * 1024
TAKEN: Final = {"result": 0, "errmsg": "OK"}
UNREADABLE: Final = {"result": 1, "errmsg": "unreadable"}


@bp.post("/replies")
def hear() -> Response | tuple[Response, int]:
    """A member answered: TD (also R) ends marketing by SMS, DY begins it again; all else is taken and forgotten."""
    _check_key()
    request.max_content_length = LARGEST_REPLY
    try:
        reply = read_reply(request.get_data())
    except BadReply:
        return jsonify(UNREADABLE), 400
    word, member = preferences.word_of(reply.text), members.find_by_phone(db(), reply.phone)
    if word is not None and member is not None:
        _choose(member.id, wanted=word is Word.WELCOME)
    return jsonify(TAKEN)


def _choose(member_id: int, *, wanted: bool) -> None:
    changed = preferences.choose_marketing(db(), member_id, [preferences.SMS], wanted=wanted, source=BY_SMS, now=now())
    if changed:  # the provider posts again what it thinks unheard
        messaging.tell_marketing_by_sms(db(), member_id, wanted=wanted, now=now())
        log.info("sms.marketing-chosen", member=alias(member_id), wanted=wanted)


def _check_key() -> None:
    """A shop without a key has no such address; nor has who does not know it."""
    key = runtime().sms_replies_key
    if not key or not hmac.compare_digest(key.encode(), request.args.get("key", "").encode()):
        abort(404)
