from typing import Annotated, Self

from pydantic import Field, model_validator

from backend import benefits, members
from backend.kit.calls import db, now
from backend.kit.errors import NotFound
from backend.kit.idempotency import idempotent
from backend.kit.openapi import problems
from backend.kit.schema import IdIn, IdText, Instant, Schema
from backend.pos.auth import limit_misses, resource, till
from backend.pos.members import Digits, NobodyFound
from backend.pos.payloads import Number
from backend.runtime import runtime

api = resource("benefits", scope="benefits")
limit_misses(api, "till-miss")


class BenefitPath(Schema):
    code: Annotated[str, Field(max_length=32)]


class BenefitUseIn(Schema):
    """Who used it, exactly one of: the id that a look-up gave, the code on the phone (works once), the card number. The
    till's own `ref` makes one use, whatever is repeated.
    """

    member_id: IdIn | None = None
    code: Digits | None = None
    card_no: Digits | None = None
    ref: Number
    amount: Annotated[int, Field(strict=True, ge=1, le=1_000)] = 1

    @model_validator(mode="after")
    def _one_of_three(self) -> Self:
        if [self.member_id, self.code, self.card_no].count(None) != 2:  # noqa: PLR2004  two of the three
            raise ValueError("exactly one of member_id, code and card_no")
        return self


class UsePath(BenefitPath):
    id: IdText


class BenefitUseOut(Schema):
    """A use that was noted. `reversed_at` is when it was undone, null while it counts."""

    id: IdText
    member_id: IdText
    benefit: str
    name: str
    ref: str
    amount: int
    tier_code: str
    used_at: Instant
    reversed_at: Instant | None


class GiftCodeIn(Schema):
    """The code that the member shows."""

    code: Annotated[str, Field(pattern=r"^[0-9]{4,20}$")]


class HandedGiftOut(Schema):
    """A birthday gift. `handed_at` is when it was handed over, null while it waits."""

    name: str
    pick_up_by: Instant
    handed_at: Instant | None


@api.post(
    "/benefits/<code>/uses",
    responses={200: BenefitUseOut, 201: BenefitUseOut, **problems(404, 409, 429)},
    openapi_extensions={"x-idempotent": True},
)
@idempotent
def note(path: BenefitPath, body: BenefitUseIn) -> tuple[BenefitUseOut, int]:
    """Note that a member used a benefit. The same `ref` again is answered 200 with what is there."""
    store_id = till().store_id
    earlier = benefits.of_ref(db(), path.code, store_id=store_id, ref=body.ref)
    if earlier is not None:  # before the code is looked at, which has been used by now
        who = None if body.code else _member(body).id
        return BenefitUseOut.model_validate(benefits.same(earlier, member_id=who, amount=body.amount)), 200
    made, new = benefits.use(
        db(), _member(body).id, path.code, amount=body.amount, store_id=store_id, ref=body.ref, now=now()
    )
    return BenefitUseOut.model_validate(made), 201 if new else 200


@api.post(
    "/benefits/<code>/uses/<id>/reverse",
    responses={200: BenefitUseOut, **problems(404, 409, 429)},
    openapi_extensions={"x-idempotent": True},
)
@idempotent
def reverse(path: UsePath) -> BenefitUseOut:
    """Undo a use of this store, once; a repeat is answered the same."""
    found = till()
    undone = benefits.reverse(db(), path.id, by=f"till:{found.id}", store_id=found.store_id, now=now())
    return BenefitUseOut.model_validate(undone)


@api.post(
    "/benefits/gifts/redeem",
    responses={200: HandedGiftOut, **problems(404, 409, 429)},
    openapi_extensions={"x-idempotent": True},
)
@idempotent
def hand_out(body: GiftCodeIn) -> HandedGiftOut:
    """Hand a birthday gift over. It works once; a repeat at the same store is answered the same."""
    return HandedGiftOut.model_validate(benefits.hand_out_gift(db(), body.code, store_id=till().store_id, now=now()))


@api.post(
    "/benefits/gifts/redeem/reverse",
    responses={200: HandedGiftOut, **problems(404, 409, 429)},
    openapi_extensions={"x-idempotent": True},
)
@idempotent
def take_back(body: GiftCodeIn) -> HandedGiftOut:
    """Undo a hand-over of this store: the gift waits again."""
    found = till()
    back = benefits.take_gift_back(db(), body.code, store_id=found.store_id, by=f"till:{found.id}", now=now())
    return HandedGiftOut.model_validate(back)


def _member(body: BenefitUseIn) -> members.Member:
    if body.code:
        try:
            return members.redeem_card_code(db(), body.code, key=runtime().keys.card_codes, now=now())
        except NotFound as error:
            raise NobodyFound from error
    found = members.find_by_card_no(db(), body.card_no) if body.card_no else _by_id(body.member_id or 0)
    if found is None or found.status == members.CLOSED:
        raise NobodyFound
    return members.active(found)


def _by_id(member_id: int) -> members.Member | None:
    try:
        return members.survivor(db(), members.get(db(), member_id))
    except members.MemberUnknown:
        return None
