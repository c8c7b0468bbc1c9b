from datetime import date
from typing import Annotated, Any

from pydantic import Field, model_validator

from backend import checkin
from backend.kit.calendar import shop_day
from backend.kit.calls import db, now
from backend.kit.distances import Latitude, Longitude
from backend.kit.idempotency import idempotent
from backend.kit.openapi import problems
from backend.kit.schema import Day, Schema
from backend.runtime import runtime
from config import policy
from miniprogram_api.auth import resource, signed_in_member

api = resource("checkin")

Month = Annotated[str, Field(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$", examples=["2026-03"])]


class TicketsOut(Schema):
    """Tickets of a draw."""

    draw: str
    count: int


class RewardOut(Schema):
    """A reward that was given for the `step`-th day of a streak, week or month, or for a special day (`step` 1)."""

    kind: str
    step: int
    reached_on: Day
    points: int
    coupons: list[str]
    tickets: list[TicketsOut]


class VisitOut(Schema):
    """Today's check-in, what it paid, the rewards that it reached, and the balance after all."""

    day: Day
    streak: int
    points: int
    balance: int
    kind: str
    rewards: list[RewardOut]


class DayOut(Schema):
    """A day with a check-in: `ordinary`, at a `place`, or `made-up`."""

    day: Day
    streak: int
    points: int
    kind: str


class StepOut(Schema):
    """What so many days (`days`) of the present streak, week or month give, and how many are `done`."""

    kind: str
    days: int
    done: int
    given: bool
    points: int
    coupons: list[str]
    tickets: list[TicketsOut]


class SpecialOut(Schema):
    """A day on which a check-in gives more."""

    day: Day
    name: str
    points: int
    coupons: list[str]
    tickets: list[TicketsOut]


class MakeUpTermsOut(Schema):
    """The days that may be made up now, what the next costs, how many are left in this month and free of those."""

    days: list[Day]
    price: int
    left: int
    free_left: int


class PlacesOut(Schema):
    """Whether check-ins count at stores only, and how many points more they pay there."""

    required: bool
    points: int
    asks_position: bool


class MonthQuery(Schema):
    """The month to show; without one, the present one."""

    month: Month | None = None


class CalendarOut(Schema):
    """A month of check-ins, and the streak, the steps and the terms of make-ups as they stand today."""

    month: Month
    days: list[DayOut]
    streak: int
    checked_in_today: bool
    rewards: list[RewardOut]
    steps: list[StepOut]
    special_days: list[SpecialOut]
    make_ups: MakeUpTermsOut
    places: PlacesOut


class CheckInIn(Schema):
    """The code that a store's screen shows, for a check-in there; and where the phone is, which is not stored."""

    place_code: Annotated[str, Field(pattern=r"^[0-9]{1,64}$")] | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None

    @model_validator(mode="before")
    @classmethod
    def _may_be_left_out(cls, value: object) -> object:
        return {} if value is None else value


class MakeUpIn(Schema):
    """A missed day, and the points that the member agreed to; where they are told and wrong nothing is done."""

    day: Day
    points: Annotated[int, Field(strict=True, ge=0, le=10**9)] | None = None


class MadeUpOut(Schema):
    """The day, the streak that it belongs to now, what it cost (nothing, by a free chance), and what it reached."""

    day: Day
    streak: int
    price: int
    by_chance: bool
    balance: int
    rewards: list[RewardOut]


class ReminderIn(Schema):
    """Whether I want to be reminded in the evening of days on which I have not checked in."""

    wanted: bool


class ReminderOut(Schema):
    """Whether I am reminded, and at which hour of the shop's day."""

    wanted: bool
    hour: int


@api.post(
    "/check-ins", responses={201: VisitOut} | problems(403, 404, 409, 422), openapi_extensions={"x-idempotent": True}
)
@idempotent
def check_in(body: CheckInIn) -> tuple[VisitOut, int]:
    """Check in for today: anywhere, or at a store by the code on its screen."""
    member_id = signed_in_member()
    visit = checkin.check_in(db(), member_id, now=now(), at=_arrival(body))
    return VisitOut.model_validate(visit), 201


@api.post(
    "/check-ins/make-ups",
    responses={201: MadeUpOut} | problems(404, 409, 422),
    openapi_extensions={"x-idempotent": True},
)
@idempotent
def make_up(body: MakeUpIn) -> tuple[MadeUpOut, int]:
    """Make a missed day up."""
    made = checkin.make_up(db(), signed_in_member(), body.day, agreed_points=body.points, now=now())
    return MadeUpOut.model_validate(made), 201


@api.get("/check-ins", responses={200: CalendarOut})
def calendar(query: MonthQuery) -> CalendarOut:
    """A month of check-ins, and where I stand today."""
    member_id = signed_in_member()
    month = query.month or f"{shop_day(now()):%Y-%m}"
    shown = checkin.calendar(db(), member_id, date.fromisoformat(f"{month}-01"), now=now())
    places = shown.book.places
    return CalendarOut(
        month=month,
        days=[DayOut.model_validate(day) for day in shown.days],
        streak=shown.standing.streak,
        checked_in_today=shown.standing.checked_in_today,
        rewards=[RewardOut.model_validate(reward) for reward in shown.rewards],
        steps=[_step(one) for one in shown.steps],
        special_days=[SpecialOut(day=day, name=one.name, **_gives(one)) for day, one in shown.special_days],
        make_ups=MakeUpTermsOut.model_validate(shown.make_ups),
        places=PlacesOut(required=places.required, points=places.points, asks_position=places.radius_m is not None),
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


def _arrival(body: CheckInIn) -> checkin.Arrival | None:
    if body.place_code is None:
        return None
    position = None
    if body.latitude is not None and body.longitude is not None:
        position = (body.latitude, body.longitude)
    return checkin.arrive(db(), body.place_code, position=position, key=runtime().keys.card_codes, now=now())


def _step(ahead: checkin.StepAhead) -> StepOut:
    return StepOut(kind=ahead.cycle, days=ahead.step.days, done=ahead.done, given=ahead.given, **_gives(ahead.step))


def _gives(reward: checkin.Reward) -> dict[str, Any]:
    tickets = [TicketsOut.model_validate(one) for one in reward.tickets]
    return {"points": reward.points, "coupons": list(reward.coupons), "tickets": tickets}
