from typing import Annotated

from pydantic import Field

from backend import events, members
from backend.kit.calls import db, now
from backend.kit.idempotency import idempotent
from backend.kit.openapi import problems
from backend.kit.schema import IdText, Instant, PageQuery, Schema
from backend.pos.auth import limit_misses, resource, till
from backend.runtime import runtime

api = resource("events", scope="events")
limit_misses(api, "event-code-miss")


class AttendanceCodeIn(Schema):
    """What the phone shows (20 digits), or the number that the member was sent (10)."""

    code: Annotated[str, Field(pattern=r"^(?:[0-9]{10}|[0-9]{20})$")]


class RegistrationPath(Schema):
    registration_id: IdText


class SessionPath(Schema):
    session_id: IdText


class GuestOut(Schema):
    """Who is at the door, and with how many heads in all. `attended_at` is when they came in, null where they have not;
    `repeated` says that this scan was not the first.
    """

    registration_id: IdText
    event_title: str
    session_title: str
    place: str
    starts_at: Instant
    member_name: str
    heads: int
    status: events.Status
    attended_at: Instant | None
    repeated: bool


class SiteCodeOut(Schema):
    """What a screen on site shows for members to scan, until it expires."""

    code: str
    expires_at: Instant


class DoorSessionOut(Schema):
    """A session at this store, or at none, that can be come to now or later."""

    id: IdText
    event_title: str
    title: str
    place: str
    starts_at: Instant
    ends_at: Instant
    taken: int
    attended: int


class SessionsOut(Schema):
    """Sessions of the coming day, the next first."""

    items: list[DoorSessionOut]


@api.post(
    "/events/attendance",
    responses={200: GuestOut, **problems(404, 409, 429)},
    openapi_extensions={"x-idempotent": True},
)
@idempotent
def attend(body: AttendanceCodeIn) -> GuestOut:
    """Let a member in. It counts once; a repeat is answered the same and says so."""
    keys, at = runtime().keys, now()
    found = events.registration_of_code(db(), body.code, keys.card_codes, at)
    before = found.status
    made = events.check_in(db(), found.id, store_id=till().store_id, rng=runtime().rng, now=at)
    return _out(made, repeated=before == "attended")


@api.post(
    "/events/attendance/<registration_id>/undo",
    responses={200: GuestOut, **problems(404, 409, 429)},
    openapi_extensions={"x-idempotent": True},
)
@idempotent
def undo(path: RegistrationPath) -> GuestOut:
    """Take back a check-in of this store that was a mistake, until the session is over."""
    made = events.undo_check_in(db(), path.registration_id, store_id=till().store_id, now=now())
    return _out(made, repeated=False)


@api.get("/events/sessions", responses={200: SessionsOut, **problems(429)})
def sessions(query: PageQuery) -> SessionsOut:
    """The sessions whose doors are open now or open within a day, here or at no store."""
    found = events.at_the_door(db(), store_id=till().store_id, now=now(), limit=query.limit)
    return SessionsOut(
        items=[
            DoorSessionOut(
                id=place.id,
                event_title=event.title,
                title=place.title,
                place=place.place,
                starts_at=place.starts_at,
                ends_at=place.ends_at,
                taken=place.taken,
                attended=heads,
            )
            for event, place, heads in found
        ]
    )


@api.get("/events/sessions/<session_id>/code", responses={200: SiteCodeOut, **problems(404, 429)})
def site_code(path: SessionPath) -> SiteCodeOut:
    """What the screen at the entrance shows; a screen asks again before it expires."""
    place = events.open_session(db(), path.session_id, store_id=till().store_id)
    return SiteCodeOut.model_validate(events.site_code(place, runtime().keys.card_codes, now()))


def _out(made: events.Registration, *, repeated: bool) -> GuestOut:
    event, place = events.event_of(db(), made), events.session_of(db(), made)
    return GuestOut(
        registration_id=made.id,
        event_title=event.title,
        session_title=place.title,
        place=place.place,
        starts_at=place.starts_at,
        member_name=members.masked_name(db(), members.get(db(), made.member_id)),
        heads=made.heads,
        status=made.status,
        attended_at=made.attended_at,
        repeated=repeated,
    )
