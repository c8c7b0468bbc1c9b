from collections.abc import Sequence
from datetime import date
from typing import Annotated

from pydantic import Field

from backend import bookings, members, stores
from backend.kit.calls import db, now
from backend.kit.idempotency import idempotent
from backend.kit.openapi import problems
from backend.kit.paging import decode_int_cursor, encode_cursor
from backend.kit.schema import Day, IdIn, IdText, Instant, PageQuery, Schema
from backend.pos.auth import resource, till

api = resource("bookings", scope="benefits")

Reason = Annotated[str, Field(max_length=400)]


class BookingPath(Schema):
    id: IdText


class DayQuery(PageQuery):
    """The day that is looked at."""

    day: Annotated[Day, Field(ge=date(2000, 1, 1), le=date(2199, 12, 31))]


class CancelIn(Schema):
    """Why; the member is told."""

    reason: Reason


class MoveIn(Schema):
    """When it shall be instead, with whom (none: who was to serve, or whoever is free), and why it is moved."""

    starts_at: Instant
    staff_id: IdIn | None = None
    reason: Reason


class OutcomeIn(Schema):
    """Whether the member came."""

    outcome: bookings.Outcome


class StoreBookingOut(Schema):
    """An appointment of this store, with the member's name masked."""

    id: IdText
    member_id: IdText
    name: str
    benefit: str
    service: str
    staff: str
    starts_at: Instant
    ends_at: Instant
    status: bookings.Status
    rating: int | None


class StoreBookingsOut(Schema):
    """A page of a day's appointments, by time."""

    items: list[StoreBookingOut]
    next_cursor: str | None


@api.get("/bookings", responses={200: StoreBookingsOut} | problems(400))
def of_day(query: DayQuery) -> StoreBookingsOut:
    """The appointments of this store on a day."""
    after = decode_int_cursor(query.cursor)
    found = bookings.of_day(db(), query.day, store_id=till().store_id, after_id=after, limit=query.limit + 1)
    page = found[: query.limit]
    return StoreBookingsOut(
        items=_out(page), next_cursor=encode_cursor(page[-1].id) if len(found) > len(page) else None
    )


@api.post(
    "/bookings/<id>/cancel",
    responses={200: StoreBookingOut, **problems(404, 409)},
    openapi_extensions={"x-idempotent": True},
)
@idempotent
def cancel(path: BookingPath, body: CancelIn) -> StoreBookingOut:
    """Call an appointment off: the benefit is given back, and the member told why."""
    return _out([bookings.call_off(db(), path.id, desk=_desk(body.reason), now=now())])[0]


@api.post(
    "/bookings/<id>/reschedule",
    responses={200: StoreBookingOut, **problems(404, 409)},
    openapi_extensions={"x-idempotent": True},
)
@idempotent
def move(path: BookingPath, body: MoveIn) -> StoreBookingOut:
    """Move an appointment; the member is told."""
    wish = bookings.Wish(body.starts_at, body.staff_id)
    return _out([bookings.move(db(), path.id, wish, member_id=None, desk=_desk(body.reason), now=now())])[0]


@api.post(
    "/bookings/<id>/outcome",
    responses={200: StoreBookingOut, **problems(404, 409)},
    openapi_extensions={"x-idempotent": True},
)
@idempotent
def conclude(path: BookingPath, body: OutcomeIn) -> StoreBookingOut:
    """Say that the member was served, or did not come; what was a mistake is said anew."""
    key = till()
    done = bookings.conclude(db(), path.id, body.outcome, by=f"till:{key.id}", store_id=key.store_id, now=now())
    return _out([done])[0]


def _desk(reason: str) -> bookings.Desk:
    key = till()
    return bookings.Desk(f"till:{key.id}", reason, key.store_id)


def _out(page: Sequence[bookings.Booking]) -> list[StoreBookingOut]:
    staff = stores.staff_names(db(), {one.staff_id for one in page})
    names = members.masked_names(db(), {one.member_id for one in page})
    return [
        StoreBookingOut(
            id=one.id,
            member_id=one.member_id,
            name=names[one.member_id],
            benefit=one.benefit,
            service=one.service_name,
            staff=staff[one.staff_id],
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            status=one.status,
            rating=one.rating,
        )
        for one in page
    ]
