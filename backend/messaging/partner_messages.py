"""What members are told of points that they exchange with partners; those that come in are told as all points are."""

from sqlalchemy.orm import Session

from backend.messaging.deciding import decide
from backend.partners import OUT, ExchangeRefused, PointsExchanged


def tell_points_exchanged(session: Session, exchanged: PointsExchanged) -> None:
    """Decide to tell the member that points have become a partner's."""
    if exchanged.direction != OUT:
        return
    words = {"partner": exchanged.partner_name, "points": str(exchanged.given), "taken": str(exchanged.taken)}
    cause = (str(exchanged.exchange_id),)
    decide(session, exchanged.member_id, "partner_exchanged", words=words, cause=cause, now=exchanged.at)


def tell_exchange_refused(session: Session, refused: ExchangeRefused) -> None:
    """Decide to tell the member that the points are free again, and why."""
    words = {"partner": refused.partner_name, "points": str(refused.points), "reason": refused.reason}
    cause = (str(refused.exchange_id),)
    decide(session, refused.member_id, "partner_refused", words=words, cause=cause, now=refused.at)
