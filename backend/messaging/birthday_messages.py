"""What members are told for their birthday: one message, whatever they were given."""

from typing import Final

from sqlalchemy.orm import Session

from backend.coupons import BirthdayCelebrated
from backend.kit.calendar import shop_day
from backend.messaging.deciding import decide
from backend.messaging.wording import BIRTHDAY_WISH, day_words

GIVEN: Final = "birthday_coupon"
GREETED: Final = "birthday_greeting"


def tell_birthday(session: Session, celebrated: BirthdayCelebrated) -> None:
    """Decide to tell the member of the coupons for a birthday, with the greeting; or to greet, where there are none."""
    greeting = celebrated.greeting or BIRTHDAY_WISH
    if not celebrated.coupons:
        cause = (shop_day(celebrated.at).isoformat(),)
        decide(session, celebrated.member_id, GREETED, words={"greeting": greeting}, cause=cause, now=celebrated.at)
        return
    soonest, count = celebrated.coupons[0], len(celebrated.coupons)
    words = {
        "greeting": greeting,
        "name": soonest.name if count == 1 else f"{soonest.name}等",
        "count": str(count),
        "last_day": day_words(soonest.last_day),
    }
    cause = (str(soonest.coupon_id),)
    decide(session, celebrated.member_id, GIVEN, words=words, cause=cause, now=celebrated.at)
