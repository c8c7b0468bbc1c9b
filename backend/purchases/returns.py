"""How goods that come back fall to the lines of their purchase."""

from collections.abc import Mapping, Sequence

from backend.kit.errors import Conflict, NotFound
from backend.purchases import rules
from backend.purchases.models import PurchaseLine
from backend.purchases.receipts import RefundRequest


class UnknownLine(NotFound):
    """The order has no line with this number, or the request names it twice."""

    code = "purchases.unknown-line"
    message = "消费单中没有该商品行"


class RefundExceeds(Conflict):
    """More than is left of the order, or of a line of it; `left_fen` says how much is."""

    code = "purchases.refund-exceeds"
    message = "退款金额超过可退金额"


def book(lines: Sequence[PurchaseLine], request: RefundRequest) -> Mapping[int, int]:
    """Book a refund on the lines; says how much, in fen of their value, fell to which.

    A line that coupons paid in whole comes back by its number, with 0. Raises UnknownLine, RefundExceeds.
    """
    left = {line.line_no: line.value_fen - line.refunded_fen for line in lines}
    for_nothing = {line.line_no for line in lines if not (line.value_fen or line.is_back)}
    parts = _named(left, for_nothing, request) if request.lines else _spread(left, request.amount_fen or 0)
    for line in lines:
        line.refunded_fen += parts.get(line.line_no, 0)
        if line.line_no in parts and line.line_no in for_nothing:
            line.came_back = True
    return parts


def money_kept(lines: Sequence[PurchaseLine]) -> tuple[int, ...]:
    """The money in what is kept of each line, in their order."""
    return tuple(
        rules.money_kept(line.value_fen - line.refunded_fen, value_fen=line.value_fen, paid_fen=line.paid_fen)
        for line in lines
    )


def _named(left: Mapping[int, int], for_nothing: set[int], request: RefundRequest) -> dict[int, int]:
    """What comes back of named lines; those that coupons paid in whole come back with 0, once."""
    wanted = {line.line_no: line.amount_fen for line in request.lines}
    if len(wanted) < len(request.lines) or not wanted.keys() <= left.keys():
        raise UnknownLine
    parts = {line_no: left[line_no] if fen is None else fen for line_no, fen in wanted.items()}
    for line_no, fen in parts.items():
        if not (0 < fen <= left[line_no] or (fen == 0 and line_no in for_nothing)):
            raise RefundExceeds(left_fen=left[line_no])
    return parts


def _spread(left: Mapping[int, int], amount_fen: int) -> dict[int, int]:
    if not 0 < amount_fen <= sum(left.values()):
        raise RefundExceeds(left_fen=sum(left.values()))
    shares = rules.share_of_refund(amount_fen, list(left.values()))
    return {line_no: share for line_no, share in zip(left, shares, strict=True) if share}
