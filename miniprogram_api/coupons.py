from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from flask import g
from pydantic import Field, StringConstraints

from backend import coupons
from backend.kit.calls import db, now
from backend.kit.idempotency import idempotent
from backend.kit.openapi import problems
from backend.kit.paging import BadCursor, decode_ints, encode_cursor
from backend.kit.schema import IdText, Instant, PageQuery, Schema
from backend.runtime import runtime
from miniprogram_api.auth import resource, signed_in_member

api = resource("coupons")

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
FURTHEST = datetime(9000, 1, 1, tzinfo=UTC)
IDEMPOTENT = {"x-idempotent": True}
MISSES = "coupon-code-miss"

Token = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]


class TemplatePath(Schema):
    template_id: IdText


class CouponPath(Schema):
    id: IdText


class GiftPath(Schema):
    token: Token


class TermsOut(Schema):
    """What a coupon is worth, for what, and when it can be used; money is fen, prices are per ten thousand."""

    name: str
    terms: str
    worth: coupons.Worth
    scope: coupons.Scope
    usable: coupons.Usable
    transferable: bool


class OfferOut(TermsOut):
    """Coupons to claim. `state` says whether I may: open, early, claimed (no more for me), sold-out, sold-out-today,
    not-for-you. `left` is null where there is no end of them.
    """

    id: IdText
    validity: coupons.FixedDays | coupons.RelativeDays
    state: coupons.State
    left: int | None
    claim_from: Instant | None
    claim_until: Instant | None


class OffersOut(Schema):
    """A page of what there is to claim."""

    items: list[OfferOut]
    next_cursor: str | None


class CouponOut(TermsOut):
    """One of my coupons, good while `valid_from` <= now < `valid_until`; until `sent_until` it waits for a friend."""

    id: IdText
    status: coupons.CouponStatus
    valid_from: Instant
    valid_until: Instant
    got_at: Instant
    sent_until: Instant | None


class CouponDetailOut(CouponOut):
    """A coupon with the code that a till scans (null where it cannot be used now); another is shown afterwards."""

    code: str | None
    code_expires_at: Instant | None


class CouponsOut(Schema):
    """A page of my coupons."""

    items: list[CouponOut]
    next_cursor: str | None


class WalletQuery(PageQuery):
    """Which coupons: ready ones (the soonest over first), or sent, redeemed, expired, or all (the newest first)."""

    status: Literal["ready", "sent", "redeemed", "expired"] | None = None


class CodeIn(Schema):
    """A code or a word as somebody typed it; blanks, dashes and small letters make no difference."""

    code: Annotated[str, Field(min_length=1, max_length=64)]


class GiftOut(Schema):
    """A coupon on its way to a friend, who brings the token before `lapses_at`. The token is told this once."""

    token: str
    lapses_at: Instant


@api.get("/coupons", responses={200: OffersOut} | problems(400))
def offers(query: PageQuery) -> OffersOut:
    """What there is to claim, and whether I may."""
    place = decode_ints(query.cursor, 2)
    after = (place[0], place[1]) if place else None
    found = coupons.showcase(db(), signed_in_member(), after=after, limit=query.limit + 1, now=now())
    page = found[: query.limit]
    last = page[-1].template if len(found) > len(page) else None
    return OffersOut(
        items=[_offer(one) for one in page],
        next_cursor=encode_cursor(last.position, last.id) if last else None,
    )


@api.post(
    "/coupons/<template_id>/claims",
    responses={201: CouponOut} | problems(404, 409, 422),
    openapi_extensions=IDEMPOTENT,
)
@idempotent
def claim(path: TemplatePath) -> tuple[CouponOut, int]:
    """Claim a coupon."""
    got = coupons.claim(db(), signed_in_member(), path.template_id, rng=runtime().rng, now=now())
    return _coupon(got), 201


@api.post("/coupons/codes", responses={200: CouponOut} | problems(404, 409, 422))
def redeem_code(body: CodeIn) -> CouponOut:
    """Exchange a code or a word for a coupon. My own used code is answered with its coupon."""
    member_id, part = signed_in_member(), runtime()
    part.limiter.check(MISSES, g.caller)
    try:
        got = coupons.redeem_code(db(), member_id, body.code, rng=part.rng, now=now())
    except coupons.CodeUnknown:
        part.limiter.hit(MISSES, g.caller)
        raise
    return _coupon(got)


@api.get("/me/coupons", responses={200: CouponsOut} | problems(400))
def mine(query: WalletQuery) -> CouponsOut:
    """My coupons."""
    found = coupons.wallet(
        db(), signed_in_member(), pocket=query.status, place=_place(query.cursor), limit=query.limit + 1, now=now()
    )
    page = found[: query.limit]
    last = page[-1] if len(found) > len(page) else None
    return CouponsOut(
        items=_coupons(page),
        next_cursor=encode_cursor((last.valid_until - EPOCH) // MICROSECOND, last.id) if last else None,
    )


@api.get("/me/coupons/<id>", responses={200: CouponDetailOut} | problems(404))
def one(path: CouponPath) -> CouponDetailOut:
    """One of my coupons, with its rotating code for the till."""
    found, at = coupons.coupon(db(), signed_in_member(), path.id), now()
    usable = found.status_at(at) == "ready" and found.valid_from <= at
    shown = coupons.till_code(found, runtime().keys.card_codes, at) if usable else None
    return CouponDetailOut(
        **_coupon(found).model_dump(),
        code=shown and shown.code,
        code_expires_at=shown and shown.expires_at,
    )


@api.post("/me/coupons/<id>/gift", responses={201: GiftOut} | problems(404, 409, 422), openapi_extensions=IDEMPOTENT)
@idempotent
def give(path: CouponPath) -> tuple[GiftOut, int]:
    """Let a friend have a coupon. Until then, or until I take it back, nobody can use it."""
    sent = coupons.send(db(), signed_in_member(), path.id, rng=runtime().rng, now=now())
    return GiftOut(token=sent.token, lapses_at=sent.lapses_at), 201


@api.delete("/me/coupons/<id>/gift", responses={200: CouponOut} | problems(404))
def take_back(path: CouponPath) -> CouponOut:
    """Have a coupon back that no friend has accepted yet. Again, it answers the same."""
    return _coupon(coupons.take_back(db(), signed_in_member(), path.id, now=now()))


@api.post("/coupons/gifts/<token>/accept", responses={200: CouponOut} | problems(404, 409))
def accept(path: GiftPath) -> CouponOut:
    """Take the coupon that a friend gives. Again, it answers the same."""
    return _coupon(coupons.accept(db(), signed_in_member(), path.token, now=now()))


def _place(cursor: str | None) -> tuple[datetime, int] | None:
    place = decode_ints(cursor, 2)
    if place is None:
        return None
    if not 0 <= place[0] <= (FURTHEST - EPOCH) // MICROSECOND:
        raise BadCursor
    return EPOCH + place[0] * MICROSECOND, place[1]


def _offer(offer: coupons.Offer) -> OfferOut:
    supply = offer.terms.supply
    return OfferOut(
        **_terms(offer.terms),
        id=offer.template.id,
        validity=offer.terms.validity,
        state=offer.state,
        left=offer.left,
        claim_from=supply.claim_from,
        claim_until=supply.claim_until,
    )


def _coupons(page: Sequence[coupons.Coupon]) -> list[CouponOut]:
    told = coupons.terms_of_all(db(), [(one.template_id, one.version) for one in page])
    return [_out(one, told[one.template_id, one.version]) for one in page]


def _coupon(coupon: coupons.Coupon) -> CouponOut:
    return _out(coupon, coupons.coupon_terms(db(), coupon))


def _out(coupon: coupons.Coupon, terms: coupons.Definition) -> CouponOut:
    status = coupon.status_at(now())
    return CouponOut(
        **_terms(terms),
        id=coupon.id,
        status=status,
        valid_from=coupon.valid_from,
        valid_until=coupon.valid_until,
        got_at=coupon.issued_at,
        sent_until=coupon.sent_until if status == "sent" else None,
    )


def _terms(terms: coupons.Definition) -> dict[str, object]:
    return {name: getattr(terms, name) for name in TermsOut.model_fields}
