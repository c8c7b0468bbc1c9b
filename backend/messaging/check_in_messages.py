"""The reminder of checking in, for members who asked for it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import insert
from sqlalchemy.orm import Session

from backend import checkin
from backend.kit.calendar import shop_day
from backend.messaging.deciding import columns, untold
from backend.messaging.models import Message
from backend.messaging.wording import day

TEMPLATE: Final = "check_in_reminder"
GO_ON: Final = "今天签到，连续天数不中断"
BEGIN: Final = "今天签到，重新开始连续签到"


def remind_of_check_in(session: Session, member_ids: Sequence[int], *, now: datetime) -> int:
    """Decide to remind members of today's check-in, once a day; returns how many were not reminded yet."""
    today = shop_day(now)
    cause = (today.isoformat(),)
    new = untold(session, member_ids, TEMPLATE, cause=cause)
    streaks = checkin.streaks(session, new, today)
    rows = [
        columns(member_id, TEMPLATE, words=_words(streaks.get(member_id, 0), now), cause=cause, now=now)
        for member_id in new
    ]
    if rows:
        session.execute(insert(Message), rows)
    return len(rows)


def _words(streak: int, now: datetime) -> dict[str, str]:
    return {"day": day(now), "streak": str(streak), "tip": GO_ON if streak else BEGIN}
