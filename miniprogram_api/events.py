from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final

from flask import Response, g

from backend import events
from backend.kit import richtext
from backend.kit.calendar import add_months, day_start
from backend.kit.calls import db, now
from backend.kit.idempotency import idempotent
from backend.kit.openapi import problems
from backend.kit.paging import BadCursor, decode_int_cursor, decode_ints, encode_cursor
from backend.kit.schema import PageQuery
from backend.runtime import runtime
from config import policy
from miniprogram_api.auth import member_if_joined, resource, signed_in_member
from miniprogram_api.event_calendar import calendar_file
from miniprogram_api.event_payloads import (
    EventCodeOut,
    EventDetailOut,
    EventOut,
    EventPath,
    EventsOut,
    EventsQuery,
    FeedbackIn,
    FeedbackOut,
    MineQuery,
    MyOut,
    QuestionOut,
    RegistrationIn,
    RegistrationOut,
    RegistrationsOut,
    RegistrationTermsOut,
    SessionOut,
    SessionPath,
    SiteCodeIn,
)

api = resource("events")

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)
FURTHEST: Final = datetime(2200, 1, 1, tzinfo=UTC)
IDEMPOTENT: Final = {"x-idempotent": True}
CODE_MISS: Final = "event-code-miss"
CALENDAR: Final = {"description": "OK", "content": {"text/calendar": {"schema": {"type": "string"}}}}


@api.get("/events", responses={200: EventsOut} | problems(400))
def upcoming(query: EventsQuery) -> EventsOut:
    """Events that are not over, the next first."""
    since, before = _span(query.month)
    search = events.Search(query.kind, query.store_id, since, before)
    found = events.upcoming(db(), search, after=_place(query.cursor), now=now(), limit=query.limit + 1)
    page = found[: query.limit]
    mine = _newest(_mine([event.id for event in page]))
    last = page[-1] if len(found) > len(page) else None
    return EventsOut(
        items=[EventOut(**_event(event, mine.get(event.id))) for event in page],
        next_cursor=encode_cursor((last.starts_at - EPOCH) // MICROSECOND, last.id) if last else None,
    )


@api.get("/events/<id>", responses={200: EventDetailOut} | problems(404))
def one(path: EventPath) -> EventDetailOut:
    """An event, also one that is over or was called off."""
    event = events.shown(db(), path.id)
    places = events.sessions_of(db(), [event.id])
    mine = _mine([event.id])
    comes = {made.session_id: made for made in mine if made.status in {"registered", "attended"}}
    by_id = {place.id: place for place in places}
    return EventDetailOut(
        **_event(event, mine[0] if mine else None),
        description=richtext.with_addresses(event.book.description, runtime().public_base_url),
        reason=event.reason,
        tiers=list(event.book.tiers) if event.book.tiers else None,
        sessions=[_session(event, place, comes=place.id in comes) for place in places],
        registration=_terms(event),
        mine=[_my(made, by_id[made.session_id]) for made in mine],
        codes=[_code(made) for made in mine if made.status == "registered"],
        asks_until=_asks_until(event, by_id, mine),
    )


@api.post(
    "/events/<id>/registration",
    responses={201: MyOut} | problems(403, 404, 409, 422),
    openapi_extensions=IDEMPOTENT,
)
@idempotent
def register(path: EventPath, body: RegistrationIn) -> tuple[MyOut, int]:
    """Register for a session: with a place, or waiting for one. Points are held in both cases."""
    wish = events.Wish(body.session_id, body.companions, body.answers)
    made = events.register(db(), signed_in_member(), path.id, wish, rng=runtime().rng, now=now())
    return _my(made, events.session_of(db(), made)), 201


@api.delete(
    "/events/<id>/registration",
    responses={200: MyOut} | problems(404, 409, 422),
    openapi_extensions=IDEMPOTENT,
)
@idempotent
def cancel(path: EventPath, query: MineQuery) -> MyOut:
    """Give up my place, or wait no more; of several I say which. Again, it answers the same."""
    member_id = signed_in_member()
    made = events.to_cancel(db(), member_id, path.id, session_id=query.session_id)
    done = events.cancel(db(), member_id, made.id, now=now())
    return _my(done, events.session_of(db(), done))


@api.post(
    "/events/<id>/attendance", responses={200: MyOut} | problems(404, 409, 422, 429), openapi_extensions=IDEMPOTENT
)
@idempotent
def attend(path: EventPath, body: SiteCodeIn) -> MyOut:
    """Say that I am here, by the code that the screen on site shows. Again, it answers the same."""
    member_id = signed_in_member()
    runtime().limiter.check(CODE_MISS, g.caller)
    try:
        session_id = events.session_of_code(body.code, runtime().keys.card_codes, now())
        _, place = events.published_session(db(), path.id, session_id)
    except (events.CodeInvalid, events.SessionUnknown) as wrong:
        runtime().limiter.hit(CODE_MISS, g.caller)
        raise events.CodeInvalid from wrong
    done = events.check_in_on_site(db(), member_id, place.id, rng=runtime().rng, now=now())
    return _my(done, place)


@api.post(
    "/events/<id>/feedback", responses={201: FeedbackOut} | problems(404, 409, 422), openapi_extensions=IDEMPOTENT
)
@idempotent
def feedback(path: EventPath, body: FeedbackIn) -> tuple[FeedbackOut, int]:
    """Say how it was, once a session that I came to."""
    said = events.give_feedback(
        db(), signed_in_member(), path.id, rating=body.rating, comment=body.comment.strip(), now=now()
    )
    return FeedbackOut.model_validate(said), 201


@api.get("/events/<id>/sessions/<session_id>/calendar.ics", responses={200: CALENDAR} | problems(404))
def calendar(path: SessionPath) -> Response:
    """A session as a file for the phone's calendar; it replaces what an earlier one put there."""
    event, place = events.published_session(db(), path.id, path.session_id)
    file = calendar_file(event, place, base_url=runtime().public_base_url)
    return Response(file, mimetype="text/calendar")


@api.get("/me/registrations", responses={200: RegistrationsOut} | problems(400))
def registrations(query: PageQuery) -> RegistrationsOut:
    """My registrations, newest first."""
    member_id, before = signed_in_member(), decode_int_cursor(query.cursor)
    found = events.registrations_of(db(), member_id, before_id=before, limit=query.limit + 1)
    page = found[: query.limit]
    return RegistrationsOut(
        items=[_registration(*one) for one in page],
        next_cursor=encode_cursor(page[-1][0].id) if len(found) > len(page) else None,
    )


def _span(month: str | None) -> tuple[datetime | None, datetime | None]:
    if month is None:
        return None, None
    first = date.fromisoformat(f"{month}-01")
    return day_start(first), day_start(add_months(first, 1))


def _place(cursor: str | None) -> tuple[datetime, int] | None:
    place = decode_ints(cursor, 2)
    if place is None:
        return None
    if not 0 <= place[0] <= (FURTHEST - EPOCH) // MICROSECOND:
        raise BadCursor
    return EPOCH + place[0] * MICROSECOND, place[1]


def _mine(event_ids: Sequence[int]) -> Sequence[events.Registration]:
    member_id = member_if_joined()
    return events.mine(db(), member_id, event_ids) if member_id is not None and event_ids else ()


def _newest(mine: Sequence[events.Registration]) -> dict[int, events.Registration]:
    return {made.event_id: made for made in reversed(mine)}


def _event(event: events.Event, mine: events.Registration | None) -> dict[str, object]:
    book = event.book
    picture = book.picture_url
    return {
        "id": event.id,
        "code": event.code,
        "kind": event.kind,
        "title": event.title,
        "summary": book.summary,
        "picture_url": runtime().public_base_url + picture if picture.startswith("/") else picture,
        "status": event.status,
        "starts_at": event.starts_at,
        "ends_at": event.ends_at,
        "registers": book.registration is not None,
        "points": book.registration.points if book.registration else 0,
        "my_status": mine and mine.status,
    }


def _session(event: events.Event, place: events.EventSession, *, comes: bool) -> SessionOut:
    shows = comes and place.starts_at - policy.EVENT_LINK_BEFORE <= now() < place.ends_at and place.status == "open"
    return SessionOut(
        id=place.id,
        title=place.title,
        store_id=place.store_id,
        place=place.place,
        starts_at=place.starts_at,
        ends_at=place.ends_at,
        cancel_until=place.deadline_at,
        capacity=place.capacity,
        left=place.left,
        waiting=place.waiting,
        status=place.status,
        reason=place.reason,
        link=event.plan(place.key).link if shows else None,
    )


def _terms(event: events.Event) -> RegistrationTermsOut | None:
    terms = event.book.registration
    if terms is None:
        return None
    member_id = member_if_joined()
    opens_at = terms.opens_at if member_id is None else events.opens_for_member(db(), member_id, event, now=now())
    told = {
        name: getattr(terms, name)
        for name in RegistrationTermsOut.model_fields
        if name not in {"opens_at", "questions"}
    }
    questions = [QuestionOut.model_validate(question) for question in terms.questions]
    return RegistrationTermsOut(**told, opens_at=opens_at, questions=questions)


def _my(made: events.Registration, place: events.EventSession) -> MyOut:
    return MyOut(
        id=made.id,
        session_id=made.session_id,
        status=made.status,
        companions=made.companions,
        points=made.points,
        points_state=made.points_state,
        number=made.code,
        position=events.waits_before(db(), made) if made.status == "waiting" else None,
        cancels_free=now() < place.starts_at and events.can_cancel_free(place, made, now=now()),
        registered_at=made.registered_at,
        attended_at=made.attended_at,
        reason=made.reason,
    )


def _registration(made: events.Registration, place: events.EventSession, event: events.Event) -> RegistrationOut:
    return RegistrationOut(
        **_my(made, place).model_dump(),
        event_id=event.id,
        event_title=event.title,
        event_kind=event.kind,
        place=place.place,
        starts_at=place.starts_at,
        ends_at=place.ends_at,
    )


def _code(made: events.Registration) -> EventCodeOut:
    shown = events.member_code(made, runtime().keys.card_codes, now())
    return EventCodeOut(registration_id=made.id, code=shown.code, expires_at=shown.expires_at)


def _asks_until(
    event: events.Event, places: Mapping[int, events.EventSession], mine: Sequence[events.Registration]
) -> datetime | None:
    survey = event.book.survey
    came = [places[made.session_id] for made in mine if made.status == "attended"]
    return max((events.ask_until(place, days=survey.days) for place in came), default=None) if survey else None
