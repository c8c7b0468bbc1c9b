from backend import purchases
from backend.kit.calls import db, now
from backend.kit.idempotency import idempotent
from backend.kit.openapi import problems
from backend.kit.schema import IdIn, IdText, Instant, Points, Schema
from backend.pos.auth import resource, till
from backend.pos.payloads import Number, OrderPath

api = resource("points-holds", scope="purchases")


class HoldIn(Schema):
    """Points of a member to be set aside for an order that is about to be paid."""

    order_no: Number
    member_id: IdIn
    points: Points


class HoldOut(Schema):
    """Points set aside for an order, and how they stand. While `held` they wait for its purchase until `until`."""

    order_no: str
    member_id: IdText
    points: int
    status: purchases.HoldStatus
    until: Instant


@api.post(
    "/points-holds",
    responses={201: HoldOut, 200: HoldOut, **problems(404, 409)},
    openapi_extensions={"x-idempotent": True},
)
@idempotent
def hold(body: HoldIn) -> tuple[HoldOut, int]:
    """Set points aside for an order. Again while they stand: 200 and the same reply; other ones for the order: 409."""
    held = purchases.hold_points(
        db(),
        store_id=till().store_id,
        order_no=body.order_no,
        member_id=body.member_id,
        wanted=body.points,
        now=now(),
    )
    return _hold(held), 201 if held.created else 200


@api.post(
    "/points-holds/<order_no>/release",
    responses={200: HoldOut, **problems(404, 409)},
    openapi_extensions={"x-idempotent": True},
)
@idempotent
def release(path: OrderPath) -> HoldOut:
    """Let points that were set aside go free. A repeat changes nothing; once used they are no longer to be freed."""
    return _hold(purchases.release_points(db(), store_id=till().store_id, order_no=path.order_no, now=now()))


def _hold(held: purchases.Held) -> HoldOut:
    return HoldOut(
        order_no=held.hold.order_no,
        member_id=held.hold.member_id,
        points=held.hold.points,
        status=held.status,
        until=held.hold.until_at,
    )
