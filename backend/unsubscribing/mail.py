"""The link at the foot of marketing mails. Opening it changes nothing, for mail servers open links too; the button
does, and so does the one click of a mail program (RFC 8058).
"""

from typing import Final

from flask import Blueprint, Response, make_response, render_template

from backend import preferences
from backend.kit.calls import db, now
from backend.runtime import runtime

bp = Blueprint("unsubscribe", __name__, url_prefix="/unsubscribe", template_folder="templates")

BY_MAIL: Final = "e-mail"
POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@bp.get("/<token>")
def ask(token: str) -> Response:
    """Whether the member really wants no marketing by mail any more."""
    return _page("ask" if _member_of(token) is not None else "unknown")


@bp.post("/<token>")
def end(token: str) -> Response:
    """No marketing by mail any more."""
    member_id = _member_of(token)
    if member_id is None:
        return _page("unknown")
    preferences.choose_marketing(db(), member_id, [preferences.E_MAIL], wanted=False, source=BY_MAIL, now=now())
    return _page("done")


def _member_of(token: str) -> int | None:
    return preferences.member_of_mail_token(token, runtime().keys.unsubscribing)


def _page(step: str) -> Response:
    response = make_response(render_template("unsubscribing/page.html", step=step), 404 if step == "unknown" else 200)
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Referrer-Policy"] = "no-referrer"  # the address is what proves the member
    response.headers["Cache-Control"] = "no-store"
    return response
