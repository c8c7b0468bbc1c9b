from typing import Annotated, Self

from pydantic import Field, model_validator

from backend import benefits
from backend.kit.calls import db, now
from backend.kit.idempotency import idempotent
from backend.kit.openapi import problems
from backend.kit.schema import Day, IdText, Instant, Schema
from backend.pos.auth import limit_misses, resource, till
from backend.pos.payloads import Number

MOST_MINUTES = 45_000  # a month

api = resource("parking", scope="parking")
limit_misses(api, "plate-miss")

Plate = Annotated[str, Field(max_length=40, repr=False)]
Minutes = Annotated[int, Field(strict=True, ge=1, le=MOST_MINUTES)]
PointsAllowed = Annotated[int, Field(strict=True, ge=0, le=10**7)]


class StayIn(Schema):
    """A car that is about to leave: when it came and left, or how many minutes are to be free."""

    plate: Plate
    entered_at: Instant
    left_at: Instant | None = None
    minutes: Minutes | None = None

    @model_validator(mode="after")
    def _not_both(self) -> Self:
        if self.left_at is not None and self.minutes is not None:
            raise ValueError("left_at or minutes, not both")
        return self


class EntitlementOut(Schema):
    """What there is for the stay: minutes by purchases of its day, the tier's (null: without end), and those that the
    member's points can buy: `points_per` points for each begun `points_minutes_per` minutes, null where none are sold.
    `free_minutes` of the stay are covered without any points; `points_needed` would cover the rest (null: they cannot),
    and the gate may spend `points_allowed` without asking.
    """

    stay_on: Day
    stay_minutes: int
    purchase_minutes: int
    tier_minutes: int | None
    points_minutes: int
    points_per: int | None
    points_minutes_per: int | None
    free_minutes: int
    points_needed: int | None
    points_allowed: int


class DeductionIn(Schema):
    """A stay and the minutes to take off. Without `points` the gate may spend what the member has allowed beforehand;
    with it, as many as the driver has just agreed to. Without `entered_at` the stay counts for today.
    """

    session_ref: Number
    plate: Plate
    minutes: Minutes
    entered_at: Instant | None = None
    points: PointsAllowed | None = None


class DeductionPath(Schema):
    id: IdText


class DeductionOut(Schema):
    """Minutes that were taken off, and where they came from. `reversed_at` is when that was undone."""

    id: IdText
    session_ref: str
    stay_on: Day
    minutes: int
    purchase_minutes: int
    tier_minutes: int
    points_minutes: int
    points: int
    deducted_at: Instant
    reversed_at: Instant | None


@api.post("/parking/entitlements", responses={200: EntitlementOut, **problems(404, 409, 429)})
def entitlement(body: StayIn) -> EntitlementOut:
    """What a stay has free; writes nothing."""
    found = benefits.free_parking(db(), body.plate, store_id=till().store_id, entered_at=body.entered_at, now=now())
    stay = body.minutes or benefits.stay_minutes(body.entered_at, body.left_at or max(now(), body.entered_at))
    price = found.terms.points
    all_of_it = found.split(stay, found.points_available)
    return EntitlementOut(
        stay_on=found.stay_on,
        stay_minutes=stay,
        purchase_minutes=found.purchase_minutes,
        tier_minutes=found.tier_minutes,
        points_minutes=found.points_minutes,
        points_per=price.points if price else None,
        points_minutes_per=price.minutes if price else None,
        free_minutes=found.split(stay, 0).minutes,
        points_needed=all_of_it.points if all_of_it.minutes == stay else None,
        points_allowed=min(found.most_points or 0, found.points_available),
    )


@api.post(
    "/parking/deductions",
    responses={200: DeductionOut, 201: DeductionOut, **problems(404, 409, 429)},
    openapi_extensions={"x-idempotent": True},
)
@idempotent
def deduct(body: DeductionIn) -> tuple[DeductionOut, int]:
    """Take free minutes off a stay, all that is asked for or none; again it is answered 200 with what is there."""
    made, new = benefits.deduct(db(), benefits.Stay(**body.model_dump()), store_id=till().store_id, now=now())
    return DeductionOut.model_validate(made), 201 if new else 200


@api.post(
    "/parking/deductions/<id>/reverse",
    responses={200: DeductionOut, **problems(404, 409, 429)},
    openapi_extensions={"x-idempotent": True},
)
@idempotent
def reverse(path: DeductionPath) -> DeductionOut:
    """Give minutes and points of a deduction back, once; a repeat is answered the same."""
    found = till()
    undone = benefits.reverse_deduction(db(), path.id, store_id=found.store_id, by=f"till:{found.id}", now=now())
    return DeductionOut.model_validate(undone)
