from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from backend import messaging
from backend.kit.calls import db, now
from backend.kit.errors import Malformed
from backend.kit.paging import DEFAULT_LIMIT, decode_int_cursor, encode_cursor
from backend.kit.schema import ID_DIGITS, MAX_ID
from backend.oa.pages.door import bp
from backend.oa.pages.join import way_to
from backend.oa.pages.session import looking_member


class NoMessage(Malformed):
    """The form names no message."""

    code = "pages.no-message"
    message = "请求格式错误"


@bp.get("/inbox")
def inbox_page() -> str:
    """My messages, newest first, in pages."""
    member, before = looking_member(), decode_int_cursor(request.args.get("cursor"))
    found = messaging.received(db(), member.id, before_id=before, limit=DEFAULT_LIMIT + 1)
    page = found[:DEFAULT_LIMIT]
    return render_template(
        "pages/inbox.html",
        here="inbox",
        messages=page,
        way_to=way_to,
        unread=messaging.unread(db(), member.id),
        is_first=before is None,
        older=encode_cursor(page[-1].id) if len(found) > len(page) else None,
    )


@bp.post("/inbox/read")
def read() -> ResponseReturnValue:
    """Note that I have read one message (`id`), or it and all before it (`up_to`)."""
    member_id = looking_member().id
    if "up_to" in request.form:
        messaging.mark_read_up_to(db(), member_id, _id(request.form["up_to"]), now=now())
    else:
        messaging.mark_read(db(), member_id, [_id(request.form.get("id", ""))], now=now())
    return redirect(url_for("pages.inbox_page"))


def _id(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= ID_DIGITS and int(text) <= MAX_ID):
        raise NoMessage
    return int(text)
