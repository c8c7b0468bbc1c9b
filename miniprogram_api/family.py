from typing import Annotated

from flask import Response
from pydantic import Field

from backend import families
from backend.kit.calls import db, now
from backend.kit.idempotency import idempotent
from backend.kit.openapi import problems
from backend.kit.paging import decode_int_cursor, encode_cursor
from backend.kit.schema import IdIn, IdText, Instant, PageQuery, Points, Schema
from backend.runtime import runtime
from miniprogram_api.auth import resource, signed_in_member

api = resource("family")


class SeatPath(Schema):
    member_id: IdText


class FamilyJoinIn(Schema):
    """The code of an invitation."""

    code: Annotated[str, Field(min_length=1, max_length=32)]


class GiftIn(Schema):
    """Points for somebody of my family."""

    to_member_id: IdIn
    points: Points


class RelativeOut(Schema):
    """Somebody of my family; points may be given to them from `receives_from` on."""

    member_id: IdText
    name: str
    is_owner: bool
    is_me: bool
    joined_at: Instant
    receives_from: Instant


class TransferRulesOut(Schema):
    """Whether points may pass in the family; the least at once, and what I may give in a day and still today."""

    enabled: bool
    min_points: int
    day_cap_points: int
    left_today: int


class FamilyOut(Schema):
    """My family, who joined first first."""

    id: IdText
    made_at: Instant
    most_members: int
    transfers: TransferRulesOut
    members: list[RelativeOut]


class InvitationOut(Schema):
    """A code that lets one member in, once, before `expires_at`."""

    code: str
    expires_at: Instant


class FamilyGiftOut(Schema):
    """Points that I gave (`given`) or was given; `name` is the other one's."""

    id: IdText
    given: bool
    name: str
    points: int
    at: Instant


class GiftsOut(Schema):
    """A page of my gifts, newest first."""

    items: list[FamilyGiftOut]
    next_cursor: str | None


@api.post("/family", responses={201: FamilyOut} | problems(409))
def make() -> tuple[FamilyOut, int]:
    """Make a family."""
    member_id = signed_in_member()
    families.make(db(), member_id, now=now())
    return _family(member_id), 201


@api.get("/family", responses={200: FamilyOut} | problems(404))
def show() -> FamilyOut:
    """My family."""
    return _family(signed_in_member())


@api.delete("/family", responses={204: None} | problems(404))
def dissolve() -> Response:
    """Dissolve the family that I own."""
    families.dissolve(db(), signed_in_member(), now=now())
    return Response(status=204)


@api.post("/family/invitations", responses={201: InvitationOut} | problems(404, 409))
def invite() -> tuple[InvitationOut, int]:
    """Invite one more member into the family that I own."""
    made = families.invite(db(), signed_in_member(), rng=runtime().rng, now=now())
    return InvitationOut.model_validate(made), 201


@api.post("/family/memberships", responses={201: FamilyOut} | problems(404, 409, 429))
def join(body: FamilyJoinIn) -> tuple[FamilyOut, int]:
    """Join the family that a code is for."""
    member_id = signed_in_member()
    runtime().limiter.hit("family-join", str(member_id))
    families.join(db(), member_id, code=body.code, now=now())
    return _family(member_id), 201


@api.delete("/family/memberships/<member_id>", responses={204: None} | problems(404, 409))
def leave(path: SeatPath) -> Response:
    """Leave the family, or take somebody out of the one that I own."""
    families.leave(db(), signed_in_member(), leaver_id=path.member_id, now=now())
    return Response(status=204)


@api.post(
    "/family/transfers", responses={201: FamilyGiftOut} | problems(404, 409), openapi_extensions={"x-idempotent": True}
)
@idempotent
def give(body: GiftIn) -> tuple[FamilyGiftOut, int]:
    """Give points to somebody of my family; they stay good for just as long."""
    member_id = signed_in_member()
    made = families.transfer(db(), member_id, to_member_id=body.to_member_id, amount=body.points, now=now())
    return FamilyGiftOut.model_validate(families.seen_by(db(), member_id, [made])[0]), 201


@api.get("/family/transfers", responses={200: GiftsOut} | problems(400))
def gifts(query: PageQuery) -> GiftsOut:
    """What I gave and was given."""
    member_id, before = signed_in_member(), decode_int_cursor(query.cursor)
    found = families.transfers(db(), member_id, before_id=before, limit=query.limit + 1)
    page = found[: query.limit]
    return GiftsOut(
        items=[FamilyGiftOut.model_validate(one) for one in page],
        next_cursor=encode_cursor(page[-1].id) if len(found) > len(page) else None,
    )


def _family(member_id: int) -> FamilyOut:
    home = families.household(db(), member_id, now=now())
    return FamilyOut(
        id=home.id,
        made_at=home.made_at,
        most_members=home.rules.most_members,
        transfers=TransferRulesOut(
            enabled=home.rules.transfers,
            min_points=home.rules.min_points,
            day_cap_points=home.rules.day_cap_points,
            left_today=home.left_today,
        ),
        members=[
            RelativeOut(
                member_id=one.member_id,
                name=one.name,
                is_owner=one.is_owner,
                is_me=one.member_id == member_id,
                joined_at=one.joined_at,
                receives_from=one.receives_from,
            )
            for one in home.relatives
        ],
    )
