from collections.abc import Sequence
from datetime import date, datetime, timedelta

from backend.kit.calendar import day_end
from backend.kit.money import FEN_PER_YUAN, PER_TEN_THOUSAND, spread


def points_for(paid_fen: int, *, per_yuan: int, multiplier: int) -> int:
    """The points that an amount earned before there were books of rules: whole points, rounded down once, at the end.

    `per_yuan` (points for each yuan) and `multiplier` (of the member's tier) are per ten thousand.
    """
    return paid_fen * per_yuan * multiplier // (FEN_PER_YUAN * PER_TEN_THOUSAND * PER_TEN_THOUSAND)


def settles_at(paid_on: date, return_days: int) -> datetime | None:
    """The instant at which goods of that day's sales can no longer come back: points settle then. None is at once."""
    return day_end(paid_on + timedelta(days=return_days)) if return_days else None


def share_of_payment(
    paid_fen: int, points_fen: int, costs_fen: Sequence[int], most_fen: Sequence[int] | None = None
) -> list[tuple[int, int]]:
    """How much of what was paid in money, and of what points paid, falls to each line, by what the lines cost.

    More than they cost together falls to what a line may cost besides, at most `most_fen`. The parts add up to
    `paid_fen` and `points_fen`, and together to no more than the line may cost.
    """
    fen, cost = paid_fen + points_fen, sum(costs_fen)
    values = spread(min(fen, cost), costs_fen)
    if fen > cost and most_fen is not None:
        beyond = spread(fen - cost, [most - own for most, own in zip(most_fen, costs_fen, strict=True)])
        values = [value + more for value, more in zip(values, beyond, strict=True)]
    return [(money, value - money) for value, money in zip(values, spread(paid_fen, values), strict=True)]


def coupon_returned(share_fen: int, *, returned_fen: int, value_fen: int, came_back: bool) -> int:
    """Of what a coupon took off a line, what is back in all when so much of the line's value is: rounded down.

    It is exact when all is back; of a line that was given for nothing it is back when the line is.
    """
    if value_fen:
        return share_fen * returned_fen // value_fen
    return share_fen if came_back else 0


def money_returned(returned_fen: int, *, value_fen: int, points_fen: int) -> int:
    """The money that goes back, in all, when goods for `returned_fen` of a bill of `value_fen` have come back.

    `points_fen` of the bill was paid with points. The share is rounded up to the fen, and is exact when all is back.
    """
    return returned_fen - returned_fen * points_fen // (value_fen or 1)


def points_returned(returned_fen: int, *, value_fen: int, points_used: int) -> int:
    """The points that go back, in all, when so much of a bill has come back: rounded down, exact when all is back."""
    return returned_fen * points_used // (value_fen or 1)


def money_kept(kept_fen: int, *, value_fen: int, paid_fen: int) -> int:
    """The money in what is kept of a line for which `paid_fen` of `value_fen` was money, to the nearest fen.

    Keeping less never counts for more, whatever becomes of other lines.
    """
    return (2 * kept_fen * paid_fen + value_fen) // (2 * value_fen) if value_fen else 0


def share_of_points(points: int, paid_fen: Sequence[int]) -> list[int]:
    """How many of an order's points fall to each line, by what was paid for it; adds up to `points`."""
    return spread(points, paid_fen)


def share_of_refund(refund_fen: int, left_fen: Sequence[int]) -> list[int]:
    """How a refund without named lines falls to the lines, by what is left of each, never more than that.

    Adds up to `refund_fen`, which is at most the sum of what is left.
    """
    return spread(refund_fen, left_fen)
