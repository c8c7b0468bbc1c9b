from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Annotated, Literal

from flask import g
from pydantic import Field
from sqlalchemy.orm import Session

from backend import coupons, purchases
from backend.kit.calls import db, now, without_transaction
from backend.kit.db import run
from backend.kit.idempotency import idempotent
from backend.kit.openapi import problems
from backend.kit.schema import Fen, IdIn, IdText, Instant, Schema
from backend.pos.auth import limit_misses, resource, till
from backend.pos.payloads import CONTROL_FREE, CouponCodes, Number, OrderPath, ShownCode
from backend.runtime import runtime

MOST_SYNCED = 100
MISSES = "coupon-miss"

api = resource("coupons", scope="coupons")
limit_misses(api, MISSES)
holds = resource("coupon-holds", scope="purchases")

Reason = Annotated[str, Field(min_length=1, max_length=100, pattern=CONTROL_FREE)]


class RedeemIn(Schema):
    """A coupon that takes nothing off a bill, by the code on the phone (26 digits) or its own (16).

    `ref` is the till's own number for this, unique in its store; `fee_fen` what shipping costs, for a coupon for that.
    """

    code: ShownCode
    ref: Number
    fee_fen: Fen | None = None


class RedemptionOut(Schema):
    """A coupon that was redeemed by itself: what to give for it, and whether it was taken back."""

    redemption_id: IdText
    ref: str
    code: str
    name: str
    kind: str
    what: str | None
    minutes: int | None
    discount_fen: int
    redeemed_at: Instant
    reversed_at: Instant | None


class RedemptionPath(Schema):
    """The redemption that a call is about."""

    redemption_id: IdIn


class ReverseIn(Schema):
    """Why a redemption is taken back."""

    reason: Reason


class OfflineIn(RedeemIn):
    """A coupon that the till took while it was offline, and when."""

    redeemed_at: Instant


class SyncIn(Schema):
    """What the till redeemed while it was offline."""

    redemptions: Annotated[list[OfflineIn], Field(min_length=1, max_length=MOST_SYNCED)]


class SyncedOut(Schema):
    """What became of one of them. `conflict`: it could not be redeemed any more, and operators will see it."""

    ref: str
    outcome: Literal["redeemed", "repeated", "conflict", "refused"]
    redemption: RedemptionOut | None
    reason_code: str | None
    detail: str | None


class SyncOut(Schema):
    """One answer for each, in their order."""

    results: list[SyncedOut]


class CouponHoldIn(Schema):
    """Coupons of a member that are kept for an order while the customer pays, instead of those kept before."""

    order_no: Number
    member_id: IdIn
    coupon_codes: Annotated[CouponCodes, Field(min_length=1)]


class CouponHoldOut(Schema):
    """The coupons that are kept for an order, and until when (null: none are)."""

    order_no: str
    coupon_codes: list[str]
    until: Instant | None


class ReleaseIn(Schema):
    """Whose coupons they are."""

    member_id: IdIn


@api.post(
    "/coupons/redeem",
    responses={201: RedemptionOut, 200: RedemptionOut, **problems(404, 409, 429)},
    openapi_extensions={"x-idempotent": True},
)
@idempotent
def redeem(body: RedeemIn) -> tuple[RedemptionOut, int]:
    """Redeem a gift, service, parking or shipping coupon. The same `ref` again: 200 and the same reply."""
    shown = coupons.Shown(body.code, body.ref, body.fee_fen)
    order = coupons.Order(till().store_id, now())
    done = coupons.redeem(db(), shown, order=order, key=runtime().keys.card_codes, now=now())
    return _redemption(done), 201 if done.created else 200


@api.post(
    "/coupons/redemptions/<redemption_id>/reverse",
    responses={200: RedemptionOut, **problems(404, 409, 429)},
    openapi_extensions={"x-idempotent": True},
)
@idempotent
def reverse(path: RedemptionPath, body: ReverseIn) -> RedemptionOut:
    """Take back a redemption of this store that was made without a purchase. A repeat changes nothing."""
    done = coupons.reverse(db(), path.redemption_id, store_id=till().store_id, reason=body.reason, now=now())
    return _redemption(done)


@api.post("/coupons/redemptions/sync", responses={200: SyncOut, **problems(429)})
@without_transaction
def sync(body: SyncIn) -> SyncOut:
    """Tell of redemptions made offline, each once however often it is told; one that fails hinders no other."""
    return SyncOut(results=list(_synced(body.redemptions)))


@holds.post(
    "/coupon-holds",
    responses={201: CouponHoldOut, 200: CouponHoldOut, **problems(404, 409)},
    openapi_extensions={"x-idempotent": True},
)
@idempotent
def hold(body: CouponHoldIn) -> tuple[CouponHoldOut, int]:
    """Keep coupons for an order for 15 minutes. Again while they stand: 200 and the same reply."""
    kept = purchases.hold_coupons(
        db(),
        store_id=till().store_id,
        order_no=body.order_no,
        member_id=body.member_id,
        codes=body.coupon_codes,
        now=now(),
    )
    codes = [coupon.code for coupon in kept.coupons]
    return CouponHoldOut(order_no=body.order_no, coupon_codes=codes, until=kept.until), 201 if kept.created else 200


@holds.post(
    "/coupon-holds/<order_no>/release",
    responses={200: CouponHoldOut, **problems(404)},
    openapi_extensions={"x-idempotent": True},
)
@idempotent
def release(path: OrderPath, body: ReleaseIn) -> CouponHoldOut:
    """Let the coupons go that are kept for an order; where none are, nothing changes."""
    purchases.release_coupons(
        db(), store_id=till().store_id, order_no=path.order_no, member_id=body.member_id, now=now()
    )
    return CouponHoldOut(order_no=path.order_no, coupon_codes=[], until=None)


def _synced(told: Iterable[OfflineIn]) -> Iterable[SyncedOut]:
    here, store_id, at = runtime(), till().store_id, now()
    for one in told:
        here.limiter.check(MISSES, g.caller)
        shown, order = coupons.Shown(one.code, one.ref, one.fee_fen), coupons.Order(store_id, one.redeemed_at)
        found = run(here.sessions.write, partial(_sync_one, shown=shown, order=order, key=here.keys.card_codes, at=at))
        if found.reason_code == coupons.CouponUnknown.code:
            here.limiter.hit(MISSES, g.caller)
        yield found


def _sync_one(session: Session, *, shown: coupons.Shown, order: coupons.Order, key: bytes, at: datetime) -> SyncedOut:
    found = coupons.sync(session, shown, order=order, key=key, now=at)
    done = _redemption(found.done) if found.done else None
    return SyncedOut(
        ref=found.ref, outcome=found.outcome, redemption=done, reason_code=found.reason, detail=found.words
    )


def _redemption(done: coupons.Done) -> RedemptionOut:
    made, worth = done.redemption, done.ticket.definition.worth
    return RedemptionOut(
        redemption_id=made.id,
        ref=made.ref or "",
        code=done.coupon.code,
        name=done.ticket.name,
        kind=worth.kind,
        what=getattr(worth, "what", None),
        minutes=getattr(worth, "minutes", None),
        discount_fen=made.discount_fen,
        redeemed_at=made.redeemed_at,
        reversed_at=made.reversed_at,
    )
