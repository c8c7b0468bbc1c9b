from collections.abc import Sequence
from typing import Annotated, Self

from pydantic import Field, model_validator

from backend import coupons, purchases
from backend.kit.calls import db, now
from backend.kit.idempotency import idempotent
from backend.kit.openapi import problems
from backend.kit.schema import Instant, Schema
from backend.pos.auth import resource, till
from backend.pos.payloads import MOST_LINES, LineNo, Number, OrderPath, PaidFen, TillTierOut, tier_out

api = resource("refunds", scope="purchases")


class ReturnedIn(Schema):
    """A line that comes back, numbered from 1 as reported; without an amount all that is left of it is refunded."""

    line_no: LineNo
    amount_fen: PaidFen | None = None


class RefundIn(Schema):
    """Goods that come back: named lines (`items`) or, as `amount_fen`, a part of what is left of all lines.

    Amounts are what the goods were given for, in money and points together. A line that coupons paid in whole comes
    back by its number alone.
    """

    refund_no: Number
    items: Annotated[list[ReturnedIn], Field(min_length=1, max_length=MOST_LINES)] | None = None
    amount_fen: PaidFen | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.items is None) == (self.amount_fen is None):
            raise ValueError("exactly one of items and amount_fen")
        return self


class RestoredOut(Schema):
    """A coupon that came back with the goods: `ready` again with its old validity, or `expired` since."""

    code: str
    status: str


class RefundOut(Schema):
    """What goes back to the customer for goods of `amount_fen`: `money_fen` in money, `points_returned` to the account.

    And what was taken back of what they had earned, and the member's debt, tier and balance right after it (null
    without a member).
    """

    order_no: str
    refund_no: str
    amount_fen: int
    money_fen: int
    points_returned: int
    coupons_restored: list[RestoredOut]
    points_taken_back: int
    growth_taken_back: int
    debt: int
    tier: TillTierOut | None
    points_balance: int | None
    refunded_at: Instant


@api.post(
    "/purchases/<order_no>/refunds",
    responses={201: RefundOut, 200: RefundOut, **problems(404, 409)},
    openapi_extensions={"x-idempotent": True},
)
@idempotent
def refund(path: OrderPath, body: RefundIn) -> tuple[RefundOut, int]:
    """Report goods that came back. The same refund number again: 200 and the same reply; with other content 409."""
    asked = purchases.RefundRequest(
        refund_no=body.refund_no,
        lines=tuple(purchases.ReturnedLine(item.line_no, item.amount_fen) for item in body.items or ()),
        amount_fen=body.amount_fen,
    )
    done = purchases.refund(db(), asked, store_id=till().store_id, order_no=path.order_no, now=now())
    return refund_out(path.order_no, done.refund, done.restored), 201 if done.created else 200


def refund_out(order_no: str, made: purchases.Refund, back: Sequence[coupons.Restored]) -> RefundOut:
    """A refund as a till may see it, and the coupons that came back with it."""
    return RefundOut(
        order_no=order_no,
        refund_no=made.refund_no,
        amount_fen=made.amount_fen,
        money_fen=made.money_fen,
        points_returned=made.points_returned,
        coupons_restored=[RestoredOut.model_validate(one) for one in back],
        points_taken_back=made.points_taken,
        growth_taken_back=made.growth_taken,
        debt=made.debt,
        tier=tier_out(made.tier_code),
        points_balance=made.balance_after,
        refunded_at=made.refunded_at,
    )
