"""The door of the partners, /api/partners/v1: they sign as tills do, with keys of their own."""

from collections.abc import Callable
from typing import Annotated, cast

from flask import g
from flask_openapi import APIBlueprint
from pydantic import Field

from backend import partners
from backend.kit.calls import db, now
from backend.kit.openapi import problems
from backend.kit.schema import Instant, Schema
from backend.pos.auth import OutOfScope, limit_misses, verified
from backend.runtime import runtime

PREFIX = "/api/partners/v1"
REF = r"^[0-9A-Za-z._-]{1,64}$"
MOST_POINTS = 10**9

Ref = Annotated[str, Field(pattern=REF)]
Member = Annotated[str, Field(pattern=r"^m[0-9a-f]{32}$")]
GivenPoints = Annotated[int, Field(strict=True, ge=1, le=MOST_POINTS)]


class LinkIn(Schema):
    """The code that the member told you."""

    code: Annotated[str, Field(pattern=r"^[0-9A-Za-z]{10}$", repr=False)]


class PartnerLinkOut(Schema):
    """The name by which you, and nobody else, know the member."""

    member: str
    linked_at: Instant


class MemberPath(Schema):
    member: Member


class TierQuery(Schema):
    at_least: Annotated[str, Field(max_length=16)]


class PartnerTierOut(Schema):
    """Whether the member's tier is at least the one asked for, and what it is called."""

    reached: bool
    tier: str


class PartnerExchangeIn(Schema):
    """So many of your points are to become ours; `ref` is yours, and makes one exchange."""

    ref: Ref
    member: Member
    points: GivenPoints


class RefPath(Schema):
    ref: Ref


class PartnerExchangeOut(Schema):
    """An exchange: your `points` are our `amount`, for `status` prepared until `confirm_by`."""

    ref: str
    status: str
    points: int
    amount: int
    rate: int
    terms_version: int
    confirm_by: Instant | None


class CouponIn(Schema):
    """A coupon of a template that was agreed on is to be given; `ref` is yours, and gives one."""

    ref: Ref
    member: Member
    template: Annotated[str, Field(max_length=64)]


class GrantedCouponOut(Schema):
    """The coupon was given."""

    ref: str
    template: str
    granted_at: Instant


def _resource(name: str, scope: str) -> APIBlueprint:
    api = APIBlueprint(
        f"partner-{name}",
        __name__,
        url_prefix=PREFIX,
        abp_tags=[{"name": f"partners: {name}"}],
        abp_security=[{"till": []}],
        abp_responses=problems(400, 401, 403, 413, 415, 422, 503),
    )
    api.before_request(_admit(scope))
    return api


def _admit(scope: str) -> Callable[[], None]:
    def admit() -> None:
        key = verified(partners.key_of)
        if key.suspended:
            raise partners.PartnerSuspended
        if scope not in key.scopes:
            raise OutOfScope
        g.partner_id, g.caller = key.partner_id, f"partner:{key.partner_id}"

    return admit


links = _resource("links", "links")
limit_misses(links, "link-code-miss")
tiers = _resource("tiers", "tiers")
exchanges = _resource("exchanges", "exchanges")
coupons = _resource("coupons", "coupons")
APIS = (links, tiers, exchanges, coupons)


@links.post("/links", responses={200: PartnerLinkOut, **problems(404, 409, 429)})
def link(body: LinkIn) -> PartnerLinkOut:
    """Redeem the code that a member told you; repeated while the code is good it is the same link."""
    made = partners.redeem(db(), _partner_id(), body.code, rng=runtime().rng, now=now())
    return PartnerLinkOut(member=made.alias, linked_at=made.linked_at)


@tiers.get("/members/<member>/tier", responses={200: PartnerTierOut, **problems(404)})
def tier(path: MemberPath, query: TierQuery) -> PartnerTierOut:
    """Whether a linked member has at least a tier, for a benefit of yours."""
    found = partners.tier_reached(db(), _partner_id(), path.member, query.at_least, now=now())
    return PartnerTierOut(reached=found.reached, tier=found.tier_name)


@exchanges.post("/exchanges", responses={200: PartnerExchangeOut, **problems(404, 409)})
def prepare(body: PartnerExchangeIn) -> PartnerExchangeOut:
    """Keep room for an exchange; repeated it is answered as it is now."""
    made = partners.prepare(db(), _partner_id(), ref=body.ref, member=body.member, given=body.points, now=now())
    return _out(made)


@exchanges.get("/exchanges/<ref>", responses={200: PartnerExchangeOut, **problems(404)})
def state(path: RefPath) -> PartnerExchangeOut:
    """What became of an exchange."""
    return _out(partners.of_ref(db(), _partner_id(), path.ref))


@exchanges.post("/exchanges/<ref>/confirm", responses={200: PartnerExchangeOut, **problems(404, 409)})
def confirm(path: RefPath) -> PartnerExchangeOut:
    """Give the member the points; repeated it gives nothing more. 409: it lapsed or was cancelled, and never will."""
    return _out(partners.confirm(db(), _partner_id(), path.ref, now=now()))


@exchanges.post("/exchanges/<ref>/cancel", responses={200: PartnerExchangeOut, **problems(404, 409)})
def cancel(path: RefPath) -> PartnerExchangeOut:
    """Let a prepared exchange come to nothing. 409: it was confirmed."""
    return _out(partners.cancel(db(), _partner_id(), path.ref, now=now()))


@coupons.post("/coupons", responses={200: GrantedCouponOut, **problems(404, 409)})
def grant(body: CouponIn) -> GrantedCouponOut:
    """Give a linked member a coupon of ours."""
    given = partners.grant(
        db(),
        _partner_id(),
        ref=body.ref,
        member=body.member,
        template_code=body.template,
        rng=runtime().rng,
        now=now(),
    )
    return GrantedCouponOut(ref=given.ref, template=given.template_code, granted_at=given.granted_at)


def _partner_id() -> int:
    return cast("int", g.partner_id)


def _out(exchange: partners.Exchange) -> PartnerExchangeOut:
    return PartnerExchangeOut(
        ref=exchange.ref,
        status=exchange.status,
        points=exchange.given,
        amount=exchange.taken,
        rate=exchange.rate,
        terms_version=exchange.terms_version,
        confirm_by=exchange.ends_at,
    )
