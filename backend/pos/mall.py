from typing import Annotated

from pydantic import Field

from backend import mall
from backend.kit.calls import db, now
from backend.kit.idempotency import idempotent
from backend.kit.openapi import problems
from backend.kit.schema import Instant, Schema
from backend.pos.auth import limit_misses, resource, till

api = resource("mall", scope="mall")
limit_misses(api, "pick-up-miss")


class PickUpIn(Schema):
    """The code that the member shows."""

    code: Annotated[str, Field(pattern=r"^[0-9A-Za-z]{4,20}$")]


class PickUpOut(Schema):
    """What to hand over."""

    order_no: str
    item_title: str
    quantity: int
    status: mall.OrderStatus
    picked_up_at: Instant | None


@api.post(
    "/mall/orders/pick-up",
    responses={200: PickUpOut, **problems(404, 409, 429)},
    openapi_extensions={"x-idempotent": True},
)
@idempotent
def pick_up(body: PickUpIn) -> PickUpOut:
    """Hand over an exchange at the store it was ordered to. It works once; a repeat is answered the same."""
    order = mall.pick_up(db(), code=body.code, store_id=till().store_id, now=now())
    return PickUpOut(
        order_no=order.no,
        item_title=order.item_title,
        quantity=order.quantity,
        status=order.status,
        picked_up_at=order.closed_at,
    )
