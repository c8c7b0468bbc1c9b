from typing import Annotated

from flask import Response
from pydantic import Field

from backend import partners
from backend.kit.calls import db, now
from backend.kit.idempotency import idempotent
from backend.kit.openapi import problems
from backend.kit.paging import decode_int_cursor, encode_cursor
from backend.kit.schema import IdText, Instant, PageQuery, Schema
from backend.runtime import runtime
from miniprogram_api.auth import resource, signed_in_member

MOST_POINTS = 10**9

api = resource("partners")


class PartnerPath(Schema):
    code: Annotated[str, Field(max_length=20)]


class ExchangePath(Schema):
    id: IdText


class WayOut(Schema):
    """10,000 points of the giver become `rate`, rounded down; from `least` on, in steps of `step`. `member_day` of our
    points may be exchanged a day.
    """

    rate: int
    least: int
    step: int
    member_day: int


class PartnerOut(Schema):
    """A partner, since when it knows me (null: it does not), and what was agreed: its points `to_ours`, and ours
    `to_theirs`; null where there is nothing to exchange.
    """

    code: str
    name: str
    linked_at: Instant | None
    to_ours: WayOut | None
    to_theirs: WayOut | None


class PartnersOut(Schema):
    """The partners by code; they are a hundred at most."""

    items: list[PartnerOut]


class LinkCodeOut(Schema):
    """A code that I tell the partner, so that it may know me by a name of its own and nothing else."""

    code: str
    good_until: Instant


class ExchangeIn(Schema):
    """So many of my points are to become the partner's."""

    points: Annotated[int, Field(strict=True, ge=1, le=MOST_POINTS)]


class ExchangeOut(Schema):
    """`points` of the giver become `amount` of the taker. `status` held and prepared: on its way; `reason` says why it
    was refused.
    """

    id: IdText
    partner: str
    direction: str
    points: int
    amount: int
    status: str
    begun_at: Instant
    done_at: Instant | None
    reason: str | None


class ExchangesOut(Schema):
    """A page of my exchanges, newest first."""

    items: list[ExchangeOut]
    next_cursor: str | None


@api.get("/partners", responses={200: PartnersOut})
def listing() -> PartnersOut:
    """The partners, and which of them know me."""
    found = partners.partners_of(db(), signed_in_member())
    terms = partners.terms_in_force(db(), [partner.id for partner, _ in found])
    return PartnersOut(items=[_partner(partner, link, terms.get(partner.id)) for partner, link in found])


@api.post("/partners/<code>/link-code", responses={200: LinkCodeOut} | problems(404, 409))
def link_code(path: PartnerPath) -> LinkCodeOut:
    """Agree to be known to a partner: a code of a few minutes, to be told to it. An earlier one is good no more."""
    told = partners.ask_for_code(db(), signed_in_member(), path.code, rng=runtime().rng, now=now())
    return LinkCodeOut.model_validate(told)


@api.delete("/partners/<code>/link", responses={204: None} | problems(404))
def unlink(path: PartnerPath) -> Response:
    """Be known to a partner no more. What is on its way is finished."""
    partners.unlink(db(), signed_in_member(), path.code, now=now())
    return Response(status=204)


@api.post(
    "/partners/<code>/exchanges",
    responses={201: ExchangeOut} | problems(403, 404, 409),
    openapi_extensions={"x-idempotent": True},
)
@idempotent
def ask(path: PartnerPath, body: ExchangeIn) -> tuple[ExchangeOut, int]:
    """Let points of mine become a partner's: they are set aside until it has answered."""
    made = partners.ask(db(), signed_in_member(), path.code, given=body.points, now=now())
    return _exchange(made, partners.partner_by_code(db(), path.code)), 201


@api.get("/me/partner-exchanges", responses={200: ExchangesOut} | problems(400))
def mine(query: PageQuery) -> ExchangesOut:
    """My exchanges, both ways."""
    member_id, before = signed_in_member(), decode_int_cursor(query.cursor)
    found = partners.exchanges_of(db(), member_id, before_id=before, limit=query.limit + 1)
    page = found[: query.limit]
    return ExchangesOut(
        items=[_exchange(one, partner) for one, partner in page],
        next_cursor=encode_cursor(page[-1][0].id) if len(found) > len(page) else None,
    )


@api.post("/me/partner-exchanges/<id>/cancel", responses={200: ExchangeOut} | problems(404, 409))
def cancel(path: ExchangePath) -> ExchangeOut:
    """Think again, as long as the partner was not asked to confirm: the points are free again."""
    done = partners.take_back(db(), signed_in_member(), path.id, now=now())
    return _exchange(done, partners.partner_of(db(), done))


def _partner(partner: partners.Partner, link: partners.Link | None, terms: partners.Terms | None) -> PartnerOut:
    return PartnerOut(
        code=partner.code,
        name=partner.name,
        linked_at=link.linked_at if link else None,
        to_ours=_way(terms, partners.IN),
        to_theirs=_way(terms, partners.OUT),
    )


def _way(terms: partners.Terms | None, direction: str) -> WayOut | None:
    way = terms.way(direction) if terms else None
    return WayOut.model_validate(way) if way and way.rate else None


def _exchange(one: partners.Exchange, partner: partners.Partner) -> ExchangeOut:
    return ExchangeOut(
        id=one.id,
        partner=partner.name,
        direction=one.direction,
        points=one.given,
        amount=one.taken,
        status=one.status,
        begun_at=one.begun_at,
        done_at=one.done_at,
        reason=one.refused_for if one.status == "refused" else None,
    )
