from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from flask import render_template, request, url_for

from backend import coupons
from backend.coupons import Coupon, Pocket
from backend.kit.calls import db, now
from backend.kit.paging import DEFAULT_LIMIT, BadCursor, decode_ints, encode_cursor
from backend.kit.schema import MAX_ID
from backend.oa.pages.card import code_parts
from backend.oa.pages.door import bp
from backend.oa.pages.session import answers_json, looking_member
from backend.oa.pages.worth import worth_words
from backend.runtime import runtime

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)
FURTHEST: Final = (datetime(9000, 1, 1, tzinfo=UTC) - EPOCH) // MICROSECOND
POCKETS: Final[dict[Pocket, str]] = {"ready": "可使用", "redeemed": "已使用", "expired": "已过期"}
STATES: Final = {"ready": "可使用", "sent": "赠送中", "redeemed": "已使用", "expired": "已过期", "revoked": "已收回"}


@dataclass(frozen=True)
class Shown:
    """A coupon as its page shows it."""

    id: int
    name: str
    large: str
    small: str
    terms: str
    state: str
    is_good: bool
    valid_from: datetime
    valid_until: datetime


@bp.get("/coupons")
def coupons_page() -> str:
    """My coupons of one kind, in pages."""
    pocket = _pocket(request.args.get("pocket"))
    place = _place(request.args.get("cursor"))
    found = coupons.wallet(db(), looking_member().id, pocket=pocket, place=place, limit=DEFAULT_LIMIT + 1, now=now())
    page = found[:DEFAULT_LIMIT]
    return render_template(
        "pages/coupons.html",
        here="coupons",
        pocket=pocket,
        pockets=POCKETS,
        coupons=_shown(page),
        is_first=place is None,
        more=_cursor(page[-1]) if len(found) > len(page) else None,
    )


@bp.get("/coupons/<int:coupon_id>")
def coupon_page(coupon_id: int) -> str:
    """One of my coupons, with the rotating code for the till while it can be used."""
    found = _mine(coupon_id)
    (shown,) = _shown([found])
    return render_template(
        "pages/coupon.html",
        here="coupons",
        coupon=shown,
        code=_code(found),
        source=url_for("pages.coupon_code", coupon_id=coupon_id),
    )


@bp.get("/coupons/<int:coupon_id>/code")
@answers_json
def coupon_code(coupon_id: int) -> dict[str, object]:
    """The next code of a coupon; without digits where it cannot be used any more."""
    return _code(_mine(coupon_id)) or {"digits": None}


def _mine(coupon_id: int) -> Coupon:
    return coupons.coupon(db(), looking_member().id, min(coupon_id, MAX_ID))


def _code(found: Coupon) -> dict[str, object] | None:
    if found.status_at(now()) != "ready" or found.valid_from > now():
        return None
    return code_parts(coupons.till_code(found, runtime().keys.card_codes, now()))


def _shown(page: Sequence[Coupon]) -> list[Shown]:
    told = coupons.terms_of_all(db(), [(one.template_id, one.version) for one in page])
    return [_one(coupon, told[coupon.template_id, coupon.version]) for coupon in page]


def _one(coupon: Coupon, terms: coupons.Definition) -> Shown:
    status = coupon.status_at(now())
    large, small = worth_words(terms.worth)
    is_early = status == "ready" and coupon.valid_from > now()
    return Shown(
        coupon.id,
        terms.name,
        large,
        small,
        terms.terms,
        "未到时间" if is_early else STATES[status],
        status == "ready" and not is_early,
        coupon.valid_from,
        coupon.valid_until - MICROSECOND,  # the last instant at which it is good, of a day that people count
    )


def _pocket(asked: str | None) -> Pocket:
    return next((pocket for pocket in POCKETS if pocket == asked), "ready")


def _cursor(last: Coupon) -> str:
    return encode_cursor((last.valid_until - EPOCH) // MICROSECOND, last.id)


def _place(cursor: str | None) -> tuple[datetime, int] | None:
    place = decode_ints(cursor, 2)
    if place is None:
        return None
    if not 0 <= place[0] <= FURTHEST:
        raise BadCursor
    return EPOCH + place[0] * MICROSECOND, place[1]
