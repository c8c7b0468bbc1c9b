"""What members are told of the memberships that they pay for."""

from typing import Final

from sqlalchemy.orm import Session

from backend.kit.money import yuan
from backend.messaging.deciding import decide
from backend.messaging.wording import day_words
from backend.plans import PlanEnded, PlanRefunded, PlanRenewalDue, PlanStarted

WAYS_BACK: Final = {"wechat": "原路退回微信支付", "cash": "收银台现金退还"}
AT_THE_TILL: Final = "收银台原路退回"


def tell_plan_started(session: Session, started: PlanStarted) -> None:
    """Decide to tell the member that a membership is paid, and until when."""
    words = {
        "plan": started.name,
        "what": "续费成功" if started.renewed else "开通成功",
        "last_day": day_words(started.last_on),
    }
    cause = (started.order_no,)
    decide(session, started.member_id, "plan_started", words=words, cause=cause, now=started.at)


def tell_plan_renewal_due(session: Session, due: PlanRenewalDue) -> None:
    """Decide to remind the member of renewing."""
    words = {"plan": due.name, "price": yuan(due.price_fen), "last_day": day_words(due.last_on)}
    cause = (due.order_no, due.last_on.isoformat())  # the days may be laid anew, once two members become one
    decide(session, due.member_id, "plan_renewal_due", words=words, cause=cause, now=due.at)


def tell_plan_ended(session: Session, ended: PlanEnded) -> None:
    """Decide to tell the member that a membership is over."""
    words = {"plan": ended.name, "last_day": day_words(ended.last_on)}
    cause = (ended.order_no, ended.last_on.isoformat())  # as above
    decide(session, ended.member_id, "plan_ended", words=words, cause=cause, now=ended.at)


def tell_plan_refunded(session: Session, back: PlanRefunded) -> None:
    """Decide to tell the member that money is back."""
    words = {
        "plan": back.name,
        "amount": yuan(back.fen),
        "way": WAYS_BACK.get(back.method, AT_THE_TILL),
        "order_no": back.order_no,
    }
    decide(session, back.member_id, "plan_refunded", words=words, cause=(back.order_no,), now=back.at)
