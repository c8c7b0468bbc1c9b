from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, Final

import click
from sqlalchemy.orm import Session

from backend import bookings, operators, stores
from backend.bookings import Course, Desk, Plan, Span, Wish
from backend.commands.speech import SHOP_DAY, Group, Instant, Number, as_json, local, tell, tell_one
from backend.kit.db import run
from backend.runtime import runtime

group = Group("bookings", help="Services by appointment, calendars of the staff, appointments.")

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

store_argument = click.argument("store_code", metavar="STORE")
staff_argument = click.argument("staff_code", metavar="STAFF")
by_option = click.option("--by", required=True, metavar="LOGIN", help="The operator who answers for it.")
reason_option = click.option("--reason", required=True, help="Why; it is asked for later.")


@group.command("add-service")
@click.argument("code")
@click.argument("name")
@click.option("--store", "store_code", required=True, metavar="CODE", help="Where it is done.")
@click.option("--benefit", required=True, metavar="CODE", help="The benefit that it is a way to use.")
@click.option("--minutes", type=int, required=True, help="How long it takes, in quarters of hours.")
@click.option("--buffer", "buffer_minutes", type=int, default=0, show_default=True, help="Minutes between two.")
@click.option("--step", "step_minutes", type=int, default=30, show_default=True, help="Minutes from start to start.")
@click.option("--lead", "lead_minutes", type=int, default=120, show_default=True, help="Booked so many minutes ahead.")
@click.option("--days-ahead", type=int, default=30, show_default=True, help="Booked so many days ahead at most.")
@click.option("--cancel-hours", type=int, default=24, show_default=True, help="Cancelled so long before without loss.")
@as_json
def add_service(*, store_code: str, as_json: bool, **parts: Any) -> None:
    """Offer a service, CODE, called NAME."""
    course = Course(*(parts.pop(name) for name in ("minutes", "buffer_minutes", "step_minutes")))

    def work(session: Session, now: datetime) -> dict[str, Any]:
        store_id = stores.store_by_code(session, store_code).id
        return _service(bookings.add_service(session, Plan(course=course, **parts), store_id=store_id, now=now))

    tell_one(done(work), json_wanted=as_json)


@group.command("services")
@as_json
def show_services(*, as_json: bool) -> None:
    """List all services, also those taken off."""
    with runtime().sessions.read() as session:
        rows = [_service(one) for one in bookings.services(session)]
    tell(rows, json_wanted=as_json, empty="There are no services yet.")


@group.command("offer")
@click.argument("code")
@click.option("--off", is_flag=True, help="Take it off; appointments that were made stay.")
@as_json
def offer(code: str, *, off: bool, as_json: bool) -> None:
    """Offer the service CODE again, or take it off."""
    tell_one(done(lambda session, _: _service(bookings.offer(session, code, active=not off))), json_wanted=as_json)


@group.command("set-staff")
@click.argument("code")
@click.argument("staff_codes", nargs=-1, metavar="STAFF...")
@as_json
def set_staff(code: str, staff_codes: tuple[str, ...], *, as_json: bool) -> None:
    """Say who does the service CODE, all of them: staff of its store with a calendar."""

    def work(session: Session, _: datetime) -> dict[str, Any]:
        store_id = bookings.service_by_code(session, code).store_id
        ids = [stores.staff_by_code(session, store_id, one).id for one in staff_codes]
        return _service(bookings.set_staff(session, code, ids))

    tell_one(done(work), json_wanted=as_json)


@group.command("open-calendar")
@store_argument
@staff_argument
@click.option("--phone", help="The work phone that members are shown.")
@click.option("--hours", "hours", multiple=True, metavar="DAY=HH:MM-HH:MM", help="Weekly hours, all of them.")
@as_json
def open_calendar(
    store_code: str, staff_code: str, *, phone: str | None, hours: tuple[str, ...], as_json: bool
) -> None:
    """Let STAFF of STORE take appointments and advise members."""
    wanted = [_hours(one) for one in hours]

    def work(session: Session, _: datetime) -> dict[str, Any]:
        staff_id = staff_of_store(session, store_code, staff_code)
        bookings.open_calendar(session, staff_id, phone=phone)
        if wanted:
            bookings.set_hours(session, staff_id, wanted)
        return {"staff": staff_code, "hours": len(wanted), "phone": bool(phone)}

    tell_one(done(work), json_wanted=as_json)


@group.command("close-calendar")
@store_argument
@staff_argument
@as_json
def close_calendar(store_code: str, staff_code: str, *, as_json: bool) -> None:
    """STAFF of STORE leaves: takes no appointments any more. Tells what is still to be handed over."""

    def work(session: Session, now: datetime) -> dict[str, Any]:
        return vars(bookings.close_calendar(session, staff_of_store(session, store_code, staff_code), now=now))

    tell_one(done(work), json_wanted=as_json)


@group.command("add-leave")
@store_argument
@staff_argument
@click.argument("from_at", type=Instant())
@click.argument("until_at", type=Instant())
@reason_option
@by_option
@as_json
def add_leave(store_code: str, staff_code: str, *, as_json: bool, **told: Any) -> None:
    """STAFF of STORE is away. Lists the appointments in that time, which are to be moved or cancelled."""

    def work(session: Session, now: datetime) -> list[dict[str, Any]]:
        login, staff_id = operators.acting(session, told["by"]).login, staff_of_store(session, store_code, staff_code)
        span = Span(told["from_at"], told["until_at"])
        hit = bookings.add_leave(session, staff_id, span, by=login, reason=told["reason"], now=now)
        return [_booking(one) for one in hit]

    tell(done(work), json_wanted=as_json, empty="Noted; no appointment is in that time.")


@group.command("leaves")
@store_argument
@staff_argument
@as_json
def show_leaves(store_code: str, staff_code: str, *, as_json: bool) -> None:
    """List when STAFF of STORE is away."""
    here = runtime()
    with here.sessions.read() as session:
        found = bookings.leaves(session, staff_of_store(session, store_code, staff_code), now=here.clock.now())
        rows = [
            {"leave": str(one.id), "from": local(one.from_at), "until": local(one.until_at), "reason": one.reason}
            for one in found
        ]
    tell(rows, json_wanted=as_json, empty="There are no leaves.")


@group.command("drop-leave")
@click.argument("leave_id", metavar="LEAVE", type=Number())
def drop_leave(leave_id: int) -> None:
    """Whoever was to be away is there after all."""
    done(lambda session, _: bookings.drop_leave(session, leave_id))
    click.echo("Dropped.")


@group.command("list")
@store_argument
@click.option("--day", type=SHOP_DAY, required=True, help="The shop day.")
@click.option("--staff", "staff_code", metavar="CODE", help="Only those of one of the staff.")
@click.option("--after", "after_id", type=Number(), metavar="ID", help="Only those behind this one.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(min=1, max=1000))
@as_json
def show(
    store_code: str, *, day: datetime, staff_code: str | None, after_id: int | None, limit: int, as_json: bool
) -> None:
    """List the appointments of STORE on a day, by time."""
    with runtime().sessions.read() as session:
        store_id = stores.store_by_code(session, store_code).id
        staff_id = stores.staff_by_code(session, store_id, staff_code).id if staff_code else None
        found = bookings.of_day(
            session, day.date(), store_id=store_id, staff_id=staff_id, after_id=after_id, limit=limit
        )
        rows = [_booking(one) for one in found]
    tell(rows, json_wanted=as_json, empty="There are no appointments.")


@group.command()
@click.argument("booking_id", metavar="BOOKING", type=Number())
@reason_option
@by_option
@as_json
def cancel(booking_id: int, *, reason: str, by: str, as_json: bool) -> None:
    """Call BOOKING off: the benefit is given back, and the member told why."""
    call_off = partial(bookings.call_off, booking_id=booking_id)
    tell_one(
        done(lambda session, now: _booking(call_off(session, desk=_desk(session, by, reason), now=now))),
        json_wanted=as_json,
    )


@group.command()
@click.argument("booking_id", metavar="BOOKING", type=Number())
@click.argument("starts_at", type=Instant())
@click.option("--staff-id", type=Number(), help="With whom (default: who was to serve, or whoever is free).")
@reason_option
@by_option
@as_json
def move(booking_id: int, starts_at: datetime, *, staff_id: int | None, reason: str, by: str, as_json: bool) -> None:
    """Move BOOKING to another time; the member is told."""
    wish = Wish(starts_at, staff_id)

    def work(session: Session, now: datetime) -> dict[str, Any]:
        desk = _desk(session, by, reason)
        return _booking(bookings.move(session, booking_id, wish, member_id=None, desk=desk, now=now))

    tell_one(done(work), json_wanted=as_json)


@group.command("conclude")
@click.argument("booking_id", metavar="BOOKING", type=Number())
@click.argument("outcome", type=click.Choice(["done", "no-show"]))
@by_option
@as_json
def conclude(booking_id: int, outcome: bookings.Outcome, *, by: str, as_json: bool) -> None:
    """Say that the member of BOOKING was served, or did not come."""

    def work(session: Session, now: datetime) -> dict[str, Any]:
        return _booking(
            bookings.conclude(session, booking_id, outcome, by=operators.acting(session, by).login, now=now)
        )

    tell_one(done(work), json_wanted=as_json)


def done(work: Callable[[Session, datetime], Any]) -> Any:
    """Do `work` in one transaction at the instant of now."""
    here = runtime()
    now = here.clock.now()
    return run(here.sessions.write, lambda session: work(session, now))


def staff_of_store(session: Session, store_code: str, staff_code: str) -> int:
    """The id of somebody of a store, both told by code. Raises StoreUnknown, StaffUnknown."""
    return stores.staff_by_code(session, stores.store_by_code(session, store_code).id, staff_code).id


def _desk(session: Session, by: str, reason: str) -> Desk:
    return Desk(operators.acting(session, by).login, reason)


def _hours(text: str) -> tuple[int, int, int]:
    day, _, times = text.partition("=")
    begin, _, end = times.partition("-")
    if day not in WEEKDAYS:
        raise click.BadParameter(f"{text} is not like mon=10:00-18:00", param_hint="--hours")
    return WEEKDAYS.index(day), _minute(begin), _minute(end)


def _minute(text: str) -> int:
    hours, _, minutes = text.partition(":")
    if not (hours.isdecimal() and minutes.isdecimal()):
        raise click.BadParameter(f"{text} is no time like 10:00", param_hint="--hours")
    return 60 * int(hours) + int(minutes)


def _service(one: bookings.Service) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "code": one.code,
        "name": one.name,
        "benefit": one.benefit,
        "minutes": one.minutes,
        "buffer": one.buffer_minutes,
        "offered": one.active,
    }


def _booking(one: bookings.Booking) -> dict[str, Any]:
    return {
        "booking": str(one.id),
        "service": one.service_name,
        "starts_at": local(one.starts_at),
        "staff_id": str(one.staff_id),
        "status": one.status,
        "rating": one.rating,
    }
