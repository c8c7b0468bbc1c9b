from typing import Annotated, Self

from flask import g
from pydantic import Field, model_validator

from backend import coupons, members, points, tiers
from backend.kit.calls import db, now
from backend.kit.errors import NotFound
from backend.kit.idempotency import idempotent
from backend.kit.openapi import problems
from backend.kit.schema import IdText, Instant, Phone, Schema
from backend.pos.auth import limit_misses, resource, till
from backend.pos.payloads import TillTierOut
from backend.runtime import runtime

Digits = Annotated[str, Field(pattern=r"^[0-9]{6,24}$")]

api = resource("members", scope="members")
limit_misses(api, "till-miss")


class NobodyFound(NotFound):
    """No member has this card, phone or code: one answer for all of them, and for codes that are old or used."""

    code = "pos.nobody-found"
    message = "没有找到会员，请刷新会员码后重试"


class LookupIn(Schema):
    """Exactly one of: the code on the member's phone (works once), the phone number, the card number."""

    code: Digits | None = None
    phone: Phone | None = None
    card_no: Digits | None = None

    @model_validator(mode="after")
    def _one_of_three(self) -> Self:
        if [self.code, self.phone, self.card_no].count(None) != 2:  # noqa: PLR2004  two of the three
            raise ValueError("exactly one of code, phone and card_no")
        return self


class UsableOut(Schema):
    """A coupon that can be used at this store now, if what is bought is in its scope and costs enough."""

    code: str
    name: str
    kind: str
    terms: str
    valid_until: Instant


class LookupOut(Schema):
    """A member as a till may see them. `price` is what is paid of 10,000; 9,500 is 95 折. `benefits` are words."""

    member_id: IdText
    name: str
    card_no: str
    tier: TillTierOut
    price: int
    points: int
    benefits: list[str]
    coupons: list[UsableOut]


@api.before_request
def _not_too_often() -> None:
    runtime().limiter.hit("till-lookup", g.caller)


@api.post(
    "/members/lookup", responses={200: LookupOut, **problems(404, 409, 429)}, openapi_extensions={"x-idempotent": True}
)
@idempotent
def lookup(body: LookupIn) -> LookupOut:
    """Who stands at the till. A card code works once; repeat a lost reply with the same Idempotency-Key."""
    member = _find(body)
    standing = tiers.standing(db(), member.id, now=now())
    return LookupOut(
        member_id=member.id,
        name=members.masked_name(db(), member),
        card_no=f"****{member.card_no[-4:]}",
        tier=TillTierOut.model_validate(standing.tier),
        price=standing.tier.price,
        points=points.summary(db(), member.id, now=now()).available,
        benefits=tiers.benefits_words(standing.tier.benefits),
        coupons=[
            UsableOut(
                code=one.code,
                name=one.name,
                kind=one.definition.worth.kind,
                terms=one.definition.terms,
                valid_until=one.valid_until,
            )
            for one in coupons.usable(db(), member.id, store_id=till().store_id, now=now())
        ],
    )


def _find(body: LookupIn) -> members.Member:
    if body.code:
        return _redeem(body.code)
    by_phone, by_card = body.phone, body.card_no or ""
    found = members.find_by_phone(db(), by_phone) if by_phone else members.find_by_card_no(db(), by_card)
    if found is None or found.status == members.CLOSED:
        raise NobodyFound
    return members.active(found)


def _redeem(code: str) -> members.Member:
    try:
        return members.redeem_card_code(db(), code, key=runtime().keys.card_codes, now=now())
    except NotFound as error:
        raise NobodyFound from error
