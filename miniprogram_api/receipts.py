from base64 import b64decode
from typing import Annotated, Self

from flask import g
from pydantic import Field, model_validator
from sqlalchemy.orm import Session

from backend import media, members, receipts, stores
from backend.kit.calls import db, now, without_transaction
from backend.kit.db import run
from backend.kit.errors import Invalid
from backend.kit.idempotency import idempotent
from backend.kit.openapi import problems
from backend.kit.paging import decode_int_cursor, encode_cursor
from backend.kit.schema import Day, Fen, IdText, Instant, PageQuery, Schema
from backend.runtime import runtime
from miniprogram_api.auth import resource, signed_in_identity, signed_in_member

api = resource("receipts")

LIMIT = "receipt-claim"
LONGEST_PICTURE = 950_000  # characters of base64: what a phone makes of a photograph, within the largest body
BY = "member"

Code = Annotated[str, Field(min_length=1, max_length=255)]
StoreCode = Annotated[str, Field(pattern=r"^[0-9A-Za-z._-]{1,20}$")]
OrderNo = Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z._-]{0,63}$")]


class PictureUnreadable(Invalid):
    """It is not base64."""

    code = "receipts.picture-unreadable"
    message = "无法读取照片"


class NumberIn(Schema):
    """What stands on a receipt: the store's code, the number, what was paid in money, and the day."""

    store_code: StoreCode
    order_no: OrderNo
    amount_fen: Fen
    day: Day


class ClaimIn(Schema):
    """One of: the code that was scanned from a receipt, or what stands on it."""

    code: Code | None = None
    number: NumberIn | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.code is None) == (self.number is None):
            raise ValueError("tell the code or the number")
        return self


class PhotoIn(Schema):
    """A photograph of a receipt (JPEG, PNG or WebP) in base64."""

    picture: Annotated[str, Field(min_length=1, max_length=LONGEST_PICTURE)]


class ClaimPath(Schema):
    id: IdText


class ClaimOut(Schema):
    """A claim. It is in `review` by people, `waiting` for what the till reports, `settled`, `refused`, `expired`,
    `cancelled`, or `reversed`; `why` says why it came to nothing.
    """

    id: IdText
    way: str
    status: str
    order_no: str | None
    amount_fen: int | None
    bought_on: Day | None
    points: int
    why: str | None
    claimed_at: Instant
    waits_until: Instant
    decided_at: Instant | None


class ClaimsOut(Schema):
    """A page of my claims, the newest first."""

    items: list[ClaimOut]
    next_cursor: str | None


@api.post(
    "/receipts/claims",
    responses={201: ClaimOut} | problems(404, 409, 422, 429),
    openapi_extensions={"x-idempotent": True},
)
@idempotent
def claim(body: ClaimIn) -> tuple[ClaimOut, int]:
    """Claim the points of a purchase that was made without the card."""
    member_id = signed_in_member()
    runtime().limiter.hit(LIMIT, str(member_id))
    if body.number is not None:
        made = receipts.claim_by_number(db(), member_id, _named(body.number), now=now())
    else:
        made = receipts.claim_by_code(db(), member_id, body.code or "", now=now())
    return ClaimOut.model_validate(made), 201


@api.post("/receipts/photos", responses={201: ClaimOut} | problems(404, 409, 422, 429))
@without_transaction
def send_photo(body: PhotoIn) -> tuple[ClaimOut, int]:
    """Send a photograph of a receipt, which people look at. The same picture again is refused."""
    part, at, identity_id = runtime(), now(), signed_in_identity()
    part.limiter.hit(LIMIT, g.caller)
    picture = media.prepared(_decoded(body.picture))
    look = receipts.look(picture)

    def work(session: Session) -> ClaimOut:
        member = members.active_member(members.of_identity(session, identity_id))
        kept, _ = media.add(session, part.media, picture, by=BY, now=at)
        made = receipts.claim_by_photo(session, member.id, kept, look, now=at)
        return ClaimOut.model_validate(made)

    return run(part.sessions.write, work), 201


@api.get("/receipts/claims", responses={200: ClaimsOut, **problems(400)})
def mine(query: PageQuery) -> ClaimsOut:
    """My claims, the newest first."""
    before_id = decode_int_cursor(query.cursor)
    found = receipts.claims_of(db(), signed_in_member(), before_id=before_id, limit=query.limit + 1)
    page = found[: query.limit]
    return ClaimsOut(
        items=[ClaimOut.model_validate(one) for one in page],
        next_cursor=encode_cursor(page[-1].id) if len(found) > len(page) else None,
    )


@api.get("/receipts/claims/<id>", responses={200: ClaimOut, **problems(404)})
def show(path: ClaimPath) -> ClaimOut:
    """One of my claims."""
    return ClaimOut.model_validate(receipts.claim_of(db(), signed_in_member(), path.id))


@api.post(
    "/receipts/claims/<id>/cancel",
    responses={200: ClaimOut, **problems(404, 409)},
    openapi_extensions={"x-idempotent": True},
)
@idempotent
def cancel(path: ClaimPath) -> ClaimOut:
    """Give up a claim that is not decided yet."""
    return ClaimOut.model_validate(receipts.cancel(db(), signed_in_member(), path.id, now=now()))


def _named(said: NumberIn) -> receipts.Named:
    store = stores.store_by_code(db(), said.store_code)
    return receipts.Named(store.id, said.order_no, said.amount_fen, said.day)


def _decoded(picture: str) -> bytes:
    try:
        return b64decode(picture, validate=True)
    except ValueError as error:  # binascii's, or of text that is not ASCII
        raise PictureUnreadable from error
