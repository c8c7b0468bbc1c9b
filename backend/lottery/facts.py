from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True)
class DrawWon:
    """A member won a prize of a draw that is not its consolation.

    Goods are handed over for `pickup_code` before the instant `pick_up_by`; other prizes have neither.
    """

    member_id: int
    play_id: int
    draw_title: str
    prize_name: str
    kind: Literal["points", "coupon", "goods"]
    pickup_code: str | None
    pick_up_by: datetime | None
    at: datetime
