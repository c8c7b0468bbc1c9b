"""What members are told of what they exchanged their points for."""

from sqlalchemy.orm import Session

from backend.mall import (
    ExchangeCancelled,
    ExchangeConfirmed,
    ExchangeLapsesSoon,
    ExchangeReady,
    ExchangeShipped,
    ExchangeToBeSent,
    PreOrderConfirmed,
    ReturnDeclined,
)
from backend.messaging.deciding import decide
from backend.messaging.wording import day, instant, last_day, why_ended


def tell_exchange_confirmed(session: Session, confirmed: ExchangeConfirmed) -> None:
    """Decide to tell the member how to pick up what they exchanged."""
    words = {
        "item": confirmed.title,
        "points": str(confirmed.points),
        "pickup_code": confirmed.pickup_code,
        "store": confirmed.store_name,
        "last_day": last_day(confirmed.pick_up_by),
    }
    cause = (confirmed.order_no,)
    decide(session, confirmed.member_id, "exchange_confirmed", words=words, cause=cause, now=confirmed.at)


def tell_pre_order_confirmed(session: Session, confirmed: PreOrderConfirmed) -> None:
    """Decide to tell the member from when on they can pick up what they ordered ahead."""
    words = {
        "item": confirmed.title,
        "pickup_code": confirmed.pickup_code,
        "store": confirmed.store_name,
        "first_day": day(confirmed.pick_up_from),
        "last_day": last_day(confirmed.pick_up_by),
    }
    cause = (confirmed.order_no,)
    decide(session, confirmed.member_id, "pre_order_confirmed", words=words, cause=cause, now=confirmed.at)


def tell_exchange_ready(session: Session, ready: ExchangeReady) -> None:
    """Decide to tell the member that what they exchanged lies ready."""
    _tell_to_fetch(session, ready, "exchange_ready")


def tell_exchange_lapses_soon(session: Session, soon: ExchangeLapsesSoon) -> None:
    """Decide to tell the member to fetch what they exchanged while they can."""
    _tell_to_fetch(session, soon, "exchange_lapses_soon")


def tell_exchange_shipped(session: Session, shipped: ExchangeShipped) -> None:
    """Decide to tell the member who carries what they exchanged, and under which number."""
    words = {
        "item": shipped.title,
        "carrier": shipped.carrier,
        "tracking_no": shipped.tracking_no,
        "at": instant(shipped.at),
    }
    decide(session, shipped.member_id, "exchange_shipped", words=words, cause=(shipped.order_no,), now=shipped.at)


def tell_exchange_to_be_sent(session: Session, confirmed: ExchangeToBeSent) -> None:
    """Decide to tell the member that the shop will send what they exchanged."""
    words = {
        "item": confirmed.title,
        "points": str(confirmed.points),
        "order_no": confirmed.order_no,
        "at": instant(confirmed.at),
    }
    cause = (confirmed.order_no,)
    decide(session, confirmed.member_id, "exchange_to_be_sent", words=words, cause=cause, now=confirmed.at)


def tell_exchange_cancelled(session: Session, ended: ExchangeCancelled) -> None:
    """Decide to tell the member of points that came back, and why, unless they cancelled the exchange themselves."""
    if ended.reason == "cancelled":
        return
    words = {
        "item": ended.title,
        "points": str(ended.points),
        "why": ended.words or why_ended(ended.reason),
        "at": instant(ended.at),
    }
    decide(session, ended.member_id, "exchange_cancelled", words=words, cause=(ended.order_no,), now=ended.at)


def tell_return_declined(session: Session, declined: ReturnDeclined) -> None:
    """Decide to tell the member that what they exchanged is not taken back, and why."""
    words = {"item": declined.title, "why": declined.words, "at": instant(declined.at)}
    cause = (declined.order_no, declined.at.isoformat())  # they may ask again
    decide(session, declined.member_id, "return_declined", words=words, cause=cause, now=declined.at)


def _tell_to_fetch(session: Session, waiting: ExchangeReady | ExchangeLapsesSoon, template: str) -> None:
    words = {
        "item": waiting.title,
        "pickup_code": waiting.pickup_code,
        "store": waiting.store_name,
        "last_day": last_day(waiting.pick_up_by),
    }
    cause = (waiting.order_no, waiting.at.isoformat())  # after a hand-over that was a mistake it may be so again
    decide(session, waiting.member_id, template, words=words, cause=cause, now=waiting.at)
