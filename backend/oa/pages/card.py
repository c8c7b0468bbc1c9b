from datetime import timedelta

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from backend import coupons, members, messaging, points, tiers
from backend.kit.calls import db, now, without_transaction
from backend.kit.rotating import Shown
from backend.oa.pages.codes import bar_picture, qr_picture
from backend.oa.pages.door import bp
from backend.oa.pages.session import answers_json, looking_member, public
from backend.runtime import runtime

SECOND = timedelta(seconds=1)


@bp.get("/")
@public
@without_transaction
def home() -> ResponseReturnValue:
    """The first page is the card."""
    return redirect(url_for("pages.card"))


@bp.get("/card")
def card() -> str:
    """My card: tier, the rotating code for the till, and what there is for me."""
    member, at = looking_member(), now()
    return render_template(
        "pages/card.html",
        here="card",
        name=members.masked_name(db(), member),
        card_no=member.card_no,
        standing=tiers.standing(db(), member.id, now=at),
        balance=points.summary(db(), member.id, now=at),
        coupons=coupons.ready_count(db(), member.id, now=at),
        unread=messaging.unread(db(), member.id),
        code=code_parts(members.card_code(member, runtime().keys.card_codes, at)),
        source=url_for("pages.card_code"),
    )


@bp.get("/card/code")
@answers_json
def card_code() -> dict[str, object]:
    """The next code of my card, before the one that is shown is over."""
    return code_parts(members.card_code(looking_member(), runtime().keys.card_codes, now()))


def code_parts(shown: Shown) -> dict[str, object]:
    """A rotating code as digits and pictures, and in how many seconds another one should be shown."""
    return {
        "digits": shown.code,
        "qr": qr_picture(shown.code),
        "bars": bar_picture(shown.code),
        "seconds": (shown.expires_at - now()) // SECOND,
    }
