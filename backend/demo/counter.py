"""What the demo's mall offers for points and money, and what can be ordered ahead: both are fetched at the counter."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from backend.kit.calendar import day_end, day_start, shop_day
from backend.mall import Offer, add_item

PAID: Final = Offer(
    "海棠香薰礼盒",
    300,
    "积分加 49 元",
    "到店凭取货码付款领取，退货时退还积分与货款。",
    category="家居生活",
    position=10,
    money_fen=4_900,
)
PIECES: Final = 200
AHEAD_PIECES: Final = 60
ON_OFFER_DAYS, MADE_IN_DAYS, FETCHED_WITHIN_DAYS = 14, 21, 14


def offer_at_counter(session: Session, *, now: datetime) -> None:
    """Offer something for points and money, and a pre-order that is on offer for two weeks from `now`."""
    add_item(session, PAID, stock=PIECES, now=now)
    today = shop_day(now)
    begins = today + timedelta(days=MADE_IN_DAYS)
    ahead = Offer(
        "小满节令礼盒",
        600,
        "预订先付 100 积分",
        "限量预订，到货后凭取货码到店领取，余下积分届时扣除。",
        category="餐饮",
        position=11,
        deposit_points=100,
        off_at=day_end(today + timedelta(days=ON_OFFER_DAYS)),
        pick_up_from=day_start(begins),
        pick_up_until=day_end(begins + timedelta(days=FETCHED_WITHIN_DAYS)),
    )
    add_item(session, ahead, stock=AHEAD_PIECES, now=now)
