from itertools import count

from sqlalchemy.orm import Session

from backend import adjustments
from backend.adjustments import Adjustment, Grant, Wish
from tests.support.clocks import MORNING

_keys = count(1)


def make_wish(amount: int = 200, **parts: str) -> Wish:
    """What a clerk may do alone, unless it is more than 500."""
    known = {"reason_code": "correction", "note": "收银漏录", "key": f"k-{next(_keys)}"}
    return Wish(amount=amount, **(known | parts))


def make_adjustment(
    session: Session, member_id: int, amount: int = 200, *, by: str = "chen", now=MORNING
) -> Adjustment:
    """An adjustment that a clerk asked for; above 500 it waits."""
    return adjustments.request(session, member_id, make_wish(amount), by=by, now=now)


def make_grant(session: Session, cards: dict[str, int], *, by: str = "chen", now=MORNING, **parts: str) -> Grant:
    """A planned grant of points to cards."""
    data = "\n".join(f"{card_no},{points}" for card_no, points in cards.items()).encode()
    drawn = adjustments.draw_up(session, data, now=now)
    known = {"reason_code": "campaign", "note": "周年庆", "key": f"g-{next(_keys)}"}
    return adjustments.store(session, drawn, adjustments.Purpose(**(known | parts)), by=by, now=now)
