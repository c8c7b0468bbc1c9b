"""Answers to who chose something where there is no screen to answer on."""

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from backend.messaging.deciding import decide
from backend.messaging.wording import instant

MARKETING_CHOSEN: Final = "marketing_chosen"
SAID: Final = {False: ("已退订营销短信", "恢复请回复DY"), True: ("已恢复营销短信", "退订请回复TD")}


def tell_marketing_by_sms(session: Session, member_id: int, *, wanted: bool, now: datetime) -> None:
    """Decide to tell a member what a word answered to an SMS has changed, and the way back."""
    what, how = SAID[wanted]
    words = {"what": what, "how": how, "at": instant(now)}
    decide(session, member_id, MARKETING_CHOSEN, words=words, cause=("sms", what, now.isoformat()), now=now)
