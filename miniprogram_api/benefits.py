from typing import Annotated

from pydantic import Field

from backend import benefits
from backend.kit.calls import db, now
from backend.kit.idempotency import idempotent
from backend.kit.openapi import problems
from backend.kit.paging import decode_int_cursor, encode_cursor
from backend.kit.schema import Day, IdText, Instant, PageQuery, Schema
from backend.runtime import runtime
from miniprogram_api.auth import resource, signed_in_member

api = resource("benefits")


class BenefitPath(Schema):
    code: Annotated[str, Field(max_length=32)]


class BenefitQuotaOut(Schema):
    """How much there is in a period: times, or minutes of parking; `amount` null is without end."""

    amount: int | None
    per: str


class BenefitOut(Schema):
    """A benefit: what I have of it (`mine` null: nothing), what is `used` and `left` of that in this period (`left`
    null: without end), and what the next tier would give. Without `stores` it is to be had everywhere.
    """

    code: str
    kind: str
    name: str
    description: str
    mine: BenefitQuotaOut | None
    used: int
    left: int | None
    next: BenefitQuotaOut | None
    stores: list[str] | None
    from_on: Day | None
    until_on: Day | None


class BenefitTierOut(Schema):
    """A tier by code and name."""

    code: str
    name: str


class MyBenefitsOut(Schema):
    """My benefits by my tier, and by the next one; they are forty at most."""

    tier: BenefitTierOut
    next_tier: BenefitTierOut | None
    items: list[BenefitOut]


class MyUseOut(Schema):
    """A benefit that I used, so much of it; `reversed_at` where that was undone and counts no more."""

    id: IdText
    benefit: str
    name: str
    amount: int
    way: str
    used_on: Day
    used_at: Instant
    reversed_at: Instant | None


class MyUsesOut(Schema):
    """A page of what I used, newest first."""

    items: list[MyUseOut]
    next_cursor: str | None


class MyGiftOut(Schema):
    """A birthday gift that waits under its code, to be shown at the till."""

    id: IdText
    name: str
    celebrated_on: Day
    pickup_code: str
    pick_up_by: Instant
    handed_at: Instant | None


@api.get("/benefits", responses={200: MyBenefitsOut})
def mine() -> MyBenefitsOut:
    """What my tier gives me, what is left of it, and what the next tier would give."""
    found = benefits.catalogue(db(), signed_in_member(), now=now())
    return MyBenefitsOut(
        tier=BenefitTierOut.model_validate(found.tier),
        next_tier=BenefitTierOut.model_validate(found.next_tier) if found.next_tier else None,
        items=[_out(one) for one in found.benefits],
    )


@api.get("/benefits/uses", responses={200: MyUsesOut} | problems(400))
def uses(query: PageQuery) -> MyUsesOut:
    """What I used."""
    member_id, before = signed_in_member(), decode_int_cursor(query.cursor)
    found = benefits.uses(db(), member_id, before_id=before, limit=query.limit + 1)
    page = found[: query.limit]
    return MyUsesOut(
        items=[MyUseOut.model_validate(one) for one in page],
        next_cursor=encode_cursor(page[-1].id) if len(found) > len(page) else None,
    )


@api.post(
    "/benefits/<code>/gift", responses={200: MyGiftOut} | problems(404, 409), openapi_extensions={"x-idempotent": True}
)
@idempotent
def gift(path: BenefitPath) -> MyGiftOut:
    """The gift of my birthday, around it; asked for again it is the same one with the same code."""
    member_id = signed_in_member()
    return MyGiftOut.model_validate(benefits.ask_for_gift(db(), member_id, path.code, rng=runtime().rng, now=now()))


def _out(one: benefits.Shown) -> BenefitOut:
    return BenefitOut(
        code=one.benefit.code,
        kind=one.benefit.kind,
        name=one.benefit.name,
        description=one.benefit.description,
        mine=BenefitQuotaOut.model_validate(one.mine) if one.mine else None,
        used=one.used,
        left=one.left,
        next=BenefitQuotaOut.model_validate(one.next) if one.next else None,
        stores=list(one.benefit.stores) if one.benefit.stores else None,
        from_on=one.benefit.from_on,
        until_on=one.benefit.until_on,
    )
