from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from backend import benefits, bookings, stores
from backend.kit.calls import db, now
from backend.kit.idempotency import idempotent
from backend.kit.openapi import problems
from backend.kit.paging import decode_int_cursor, encode_cursor
from backend.kit.schema import Day, IdIn, IdText, Instant, PageQuery, Schema
from miniprogram_api.auth import resource, signed_in_member

api = resource("bookings")

Rating = Annotated[int, Field(strict=True, ge=1, le=5)]


class BenefitPath(Schema):
    code: Annotated[str, Field(max_length=32)]


class BookingPath(Schema):
    id: IdText


class SlotsQuery(Schema):
    """The service, and the day."""

    service_id: IdText
    day: Day


class ServiceOut(Schema):
    """A service of a benefit in a store, until when it may be cancelled without loss."""

    id: IdText
    name: str
    store_id: IdText
    store: str
    minutes: int
    cancel_hours: int


class ServicesOut(Schema):
    """The services of a benefit."""

    items: list[ServiceOut]


class SlotStaffOut(Schema):
    """Somebody who is free."""

    id: IdText
    name: str


class SlotOut(Schema):
    """A time at which a service can begin, and who is free for it."""

    starts_at: Instant
    ends_at: Instant
    staff: list[SlotStaffOut]


class SlotsOut(Schema):
    """The times of a day."""

    items: list[SlotOut]


class NewTimeIn(Schema):
    """When, and with whom; without `staff_id` whoever is free, in turn."""

    starts_at: Instant
    staff_id: IdIn | None = None


class BookingIn(NewTimeIn):
    """Which service, when, and with whom."""

    service_id: IdIn


class BookingFeedbackIn(Schema):
    """How it was: one to five, and words if one likes."""

    rating: Rating
    text: Annotated[str, Field(max_length=400, repr=False)] = ""


class BookingOut(Schema):
    """An appointment of mine. Until `cancel_until` the benefit comes back when I cancel it; after that it stays used.
    `reason` is why the shop moved or cancelled it.
    """

    id: IdText
    benefit: str
    service: str
    store: str
    staff: str
    starts_at: Instant
    ends_at: Instant
    cancel_until: Instant
    status: bookings.Status
    reason: str | None
    rating: int | None
    feedback: str | None
    booked_at: Instant


class BookingsOut(Schema):
    """A page of my appointments, the newest made first."""

    items: list[BookingOut]
    next_cursor: str | None


class AdviserOut(Schema):
    """My adviser: the name, the work phone where the house tells one, the store."""

    name: str
    phone: str | None
    store: str
    since: Instant


@api.get("/benefits/adviser", responses={200: AdviserOut} | problems(404))
def adviser() -> AdviserOut:
    """My dedicated adviser, where my tier carries one."""
    found = bookings.adviser_of(db(), signed_in_member(), now=now())
    return AdviserOut(name=found.name, phone=found.phone, store=found.store_name, since=found.since)


@api.get("/benefits/<code>/services", responses={200: ServicesOut} | problems(404))
def services(path: BenefitPath) -> ServicesOut:
    """What can be booked of a benefit, and where."""
    signed_in_member()
    benefits.of_catalogue(db(), path.code, now=now())
    names = {store.id: store.name for store in stores.list_stores(db())}
    return ServicesOut(
        items=[
            ServiceOut(
                id=one.id,
                name=one.name,
                store_id=one.store_id,
                store=names[one.store_id],
                minutes=one.minutes,
                cancel_hours=one.cancel_hours,
            )
            for one in bookings.services(db(), benefit=path.code)
        ]
    )


@api.get("/benefits/<code>/slots", responses={200: SlotsOut} | problems(404))
def slots(path: BenefitPath, query: SlotsQuery) -> SlotsOut:
    """When a service can begin on a day."""
    signed_in_member()
    found = bookings.slots(db(), query.service_id, benefit=path.code, day=query.day, now=now())
    names = bookings.names_of(db(), found)
    return SlotsOut(
        items=[
            SlotOut(
                starts_at=one.starts_at,
                ends_at=one.ends_at,
                staff=[SlotStaffOut(id=staff_id, name=names[staff_id]) for staff_id in one.staff],
            )
            for one in found
        ]
    )


@api.post(
    "/benefits/<code>/bookings",
    responses={201: BookingOut} | problems(404, 409),
    openapi_extensions={"x-idempotent": True},
)
@idempotent
def book(path: BenefitPath, body: BookingIn) -> tuple[BookingOut, int]:
    """Make an appointment; it uses the benefit."""
    member_id, wish = signed_in_member(), bookings.Wish(body.starts_at, body.staff_id)
    made = bookings.book(db(), member_id, benefit=path.code, service_id=body.service_id, wish=wish, now=now())
    return _out([made])[0], 201


@api.get("/bookings", responses={200: BookingsOut} | problems(400))
def mine(query: PageQuery) -> BookingsOut:
    """My appointments."""
    member_id, before = signed_in_member(), decode_int_cursor(query.cursor)
    found = bookings.bookings(db(), member_id, before_id=before, limit=query.limit + 1)
    page = found[: query.limit]
    return BookingsOut(items=_out(page), next_cursor=encode_cursor(page[-1].id) if len(found) > len(page) else None)


@api.get("/bookings/<id>", responses={200: BookingOut} | problems(404))
def one(path: BookingPath) -> BookingOut:
    """One of my appointments."""
    return _out([bookings.booking(db(), path.id, member_id=signed_in_member())])[0]


@api.post(
    "/bookings/<id>/cancel",
    responses={200: BookingOut} | problems(404, 409),
    openapi_extensions={"x-idempotent": True},
)
@idempotent
def cancel(path: BookingPath) -> BookingOut:
    """Cancel an appointment; a cancelled one is answered as it is."""
    return _out([bookings.cancel(db(), path.id, member_id=signed_in_member(), now=now())])[0]


@api.post(
    "/bookings/<id>/reschedule",
    responses={200: BookingOut} | problems(404, 409),
    openapi_extensions={"x-idempotent": True},
)
@idempotent
def reschedule(path: BookingPath, body: NewTimeIn) -> BookingOut:
    """Move an appointment, while it can be cancelled without loss."""
    member_id, wish = signed_in_member(), bookings.Wish(body.starts_at, body.staff_id)
    return _out([bookings.move(db(), path.id, wish, member_id=member_id, desk=None, now=now())])[0]


@api.post("/bookings/<id>/feedback", responses={200: BookingOut} | problems(404, 409))
def feedback(path: BookingPath, body: BookingFeedbackIn) -> BookingOut:
    """Say how it was, once."""
    member_id = signed_in_member()
    said = bookings.give_feedback(db(), path.id, member_id=member_id, rating=body.rating, text=body.text, now=now())
    return _out([said])[0]


def _out(page: Sequence[bookings.Booking]) -> list[BookingOut]:
    staff = stores.staff_names(db(), {one.staff_id for one in page})
    return [
        BookingOut(
            id=one.id,
            benefit=one.benefit,
            service=one.service_name,
            store=stores.get_store(db(), one.store_id).name,
            staff=staff[one.staff_id],
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            cancel_until=one.cancel_until,
            status=one.status,
            reason=one.reason,
            rating=one.rating,
            feedback=bookings.feedback(db(), one),
            booked_at=one.booked_at,
        )
        for one in page
    ]
