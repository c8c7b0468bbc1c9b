from datetime import date
from typing import Annotated

from pydantic import Field

from backend import checkin
from backend.kit.calendar import shop_day
from backend.kit.calls import db, now
from backend.kit.idempotency import idempotent
from backend.kit.openapi import problems
from backend.kit.schema import Day, Schema
from config import policy
from miniprogram_api.auth import resource, signed_in_member

api = resource("checkin")

Month = Annotated[str, Field(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$", examples=["2026-03"])]


class VisitOut(Schema):
    """Today's check-in, what it paid, and the balance after it."""

    day: Day
    streak: int
    points: int
    balance: int


class DayOut(Schema):
    """A day with a check-in."""

    day: Day
    streak: int
    points: int


class MonthQuery(Schema):
    """The month to show; without one, the present one."""

    month: Month | None = None


class CalendarOut(Schema):
    """A month of check-ins, and the streak as it stands today."""

    month: Month
    days: list[DayOut]
    streak: int
    checked_in_today: bool


class ReminderIn(Schema):
    """Whether I want to be reminded in the evening of days on which I have not checked in."""

    wanted: bool


class ReminderOut(Schema):
    """Whether I am reminded, and at which hour of the shop's day."""

    wanted: bool
    hour: int


@api.post("/check-ins", responses={201: VisitOut} | problems(404, 409, 422), openapi_extensions={"x-idempotent": True})
@idempotent
def check_in() -> tuple[VisitOut, int]:
    """Check in for today."""
    visit = checkin.check_in(db(), signed_in_member(), now=now())
    return VisitOut.model_validate(visit), 201


@api.get("/check-ins", responses={200: CalendarOut})
def calendar(query: MonthQuery) -> CalendarOut:
    """A month of check-ins."""
    member_id, today = signed_in_member(), shop_day(now())
    month = query.month or f"{today:%Y-%m}"
    days = checkin.month(db(), member_id, date.fromisoformat(f"{month}-01"))
    standing = checkin.standing(db(), member_id, today)
    return CalendarOut(
        month=month,
        days=[DayOut.model_validate(day) for day in days],
        streak=standing.streak,
        checked_in_today=standing.checked_in_today,
    )


@api.get("/check-ins/reminder", responses={200: ReminderOut})
def reminder() -> ReminderOut:
    """Whether I am reminded of checking in."""
    return ReminderOut(wanted=checkin.wants_reminder(db(), signed_in_member()), hour=policy.CHECK_IN_REMINDER_HOUR)


@api.put("/check-ins/reminder", responses={200: ReminderOut})
def remind_me(body: ReminderIn) -> ReminderOut:
    """Choose whether I am reminded of checking in."""
    checkin.remind_me(db(), signed_in_member(), wanted=body.wanted, now=now())
    return ReminderOut(wanted=body.wanted, hour=policy.CHECK_IN_REMINDER_HOUR)
