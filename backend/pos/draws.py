from typing import Annotated

from pydantic import Field

from backend import lottery
from backend.kit.calls import db, now
from backend.kit.idempotency import idempotent
from backend.kit.openapi import problems
from backend.kit.schema import Instant, Schema
from backend.pos.auth import limit_misses, resource, till

api = resource("draws", scope="draws")
limit_misses(api, "pick-up-miss")


class WinIn(Schema):
    """The code that the member shows."""

    code: Annotated[str, Field(pattern=r"^[0-9]{4,20}$")]


class PrizeToHandOut(Schema):
    """What was won. `handed_at` is when it was handed over, null while it waits."""

    draw_title: str
    prize_name: str
    pick_up_by: Instant
    handed_at: Instant | None


@api.post(
    "/draws/wins/hand-out",
    responses={200: PrizeToHandOut, **problems(404, 409, 429)},
    openapi_extensions={"x-idempotent": True},
)
@idempotent
def hand_out(body: WinIn) -> PrizeToHandOut:
    """Hand over a prize. It works once; a repeat at the same store is answered the same."""
    return PrizeToHandOut.model_validate(lottery.hand_out(db(), code=body.code, store_id=till().store_id, now=now()))


@api.post(
    "/draws/wins/hand-out/reverse",
    responses={200: PrizeToHandOut, **problems(404, 409, 429)},
    openapi_extensions={"x-idempotent": True},
)
@idempotent
def reverse(body: WinIn) -> PrizeToHandOut:
    """Undo a hand-out of this store: the prize waits again."""
    return PrizeToHandOut.model_validate(lottery.take_back(db(), code=body.code, store_id=till().store_id, now=now()))
