from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Final

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.kit.facts import announce
from backend.payments.errors import PaymentMismatch
from backend.payments.facts import PaymentClosed, PaymentSucceeded
from backend.payments.locking import locked, number, purpose
from backend.payments.models import LONGEST_DESCRIPTION, OPEN, Payment
from backend.payments.refunding import send_back
from backend.payments.rules import FIRST_ASK, ask_next
from backend.wechat import Trade

log = structlog.get_logger(__name__)

PAID: Final = "SUCCESS"
BACK: Final = "REFUND"
CLOSED: Final = "CLOSED"
YUAN: Final = "CNY"


@dataclass(frozen=True)
class Purpose:
    """What is paid for: a kind and an id of whoever asks, and the words that the payer reads."""

    kind: str
    id: str
    words: str


def open_payment(
    session: Session, purpose: Purpose, *, member_id: int, fen: int, until: datetime, rng: Random, now: datetime
) -> Payment:
    """Ask a member for money until an instant. The same purpose again is the same payment."""
    mine = select(Payment).where(Payment.purpose_kind == purpose.kind, Payment.purpose_id == purpose.id)
    if (before := session.scalar(mine)) is not None:
        return before
    payment = Payment(
        out_trade_no=number("P", rng),
        purpose_kind=purpose.kind,
        purpose_id=purpose.id,
        member_id=member_id,
        description=purpose.words[:LONGEST_DESCRIPTION],
        fen=fen,
        paid_fen=0,
        refunded_fen=0,
        status="created",
        created_at=now,
        expires_at=until,
        ask_at=now + FIRST_ASK,
    )
    session.add(payment)
    session.flush()  # whoever asked reads it at once
    return payment


def settle_trade(session: Session, trade: Trade, *, mchid: str, appid: str, now: datetime) -> Payment:
    """Note what WeChat Pay says of a payment, however often and in whatever order it says so.

    Money for what is closed, or comes a second time, goes back. Raises PaymentUnknown, PaymentMismatch: nothing has
    changed then.
    """
    payment = locked(session, trade.out_trade_no)
    if trade.state in {PAID, BACK}:
        _check(payment, trade, mchid=mchid, appid=appid)
        _take(session, payment, trade, now=now)
    elif payment.status in OPEN and trade.state == CLOSED:
        _close(session, payment, now=now)
    elif payment.status in OPEN:
        payment.ask_at = ask_next(payment.created_at, payment.expires_at, now)
    else:
        payment.ask_at = None
    return payment


def cancel(session: Session, payment: Payment, *, now: datetime) -> None:
    """Its purpose wants the money no more: it is closed with us now, with WeChat Pay soon; what comes goes back."""
    mine = locked(session, payment.out_trade_no)
    if mine.status in OPEN:
        mine.status, mine.closed_at, mine.ask_at = "closed", now, now


def close_overdue(session: Session, out_trade_no: str, *, now: datetime) -> None:
    """WeChat Pay takes a payment no more: if it was not told otherwise meanwhile, it is over."""
    payment = locked(session, out_trade_no)
    if payment.status in OPEN:
        _close(session, payment, now=now)
    elif payment.status == "closed":
        payment.ask_at = None


def _check(payment: Payment, trade: Trade, *, mchid: str, appid: str) -> None:
    """Loud: money that does not fit is nothing to be quiet about, and nothing is done for it."""
    wrong = [
        name
        for name, fits in (
            ("mchid", trade.mchid == mchid),
            ("appid", trade.appid == appid),
            ("amount", trade.fen == payment.fen),
            ("currency", trade.currency in (None, YUAN)),
            ("transaction", bool(trade.transaction_id)),
        )
        if not fits
    ]
    if wrong:
        log.error("payments.mismatch", out_trade_no=payment.out_trade_no, wrong=wrong)
        raise PaymentMismatch(what=", ".join(wrong))


def _take(session: Session, payment: Payment, trade: Trade, *, now: datetime) -> None:
    if payment.transaction_id is not None and payment.transaction_id != trade.transaction_id:
        log.error("payments.paid-twice", out_trade_no=payment.out_trade_no)
        send_back(session, payment, str(trade.transaction_id), now=now)
        return
    if payment.transaction_id is not None:
        payment.ask_at = None
        return
    wanted = payment.status in OPEN
    payment.transaction_id, payment.paid_fen = trade.transaction_id, payment.fen
    payment.paid_at, payment.ask_at = trade.paid_at or now, None
    if not wanted:
        log.warning("payments.paid-after-closing", out_trade_no=payment.out_trade_no)
        payment.refunded_fen = payment.fen
        send_back(session, payment, str(trade.transaction_id), now=now)
        return
    payment.status = "paid"
    session.flush()  # whoever hears of it may read it
    announce(session, PaymentSucceeded(**purpose(payment), member_id=payment.member_id, fen=payment.fen, at=now))


def _close(session: Session, payment: Payment, *, now: datetime) -> None:
    payment.status, payment.closed_at, payment.ask_at = "closed", now, None
    session.flush()  # whoever hears of it may read it
    announce(session, PaymentClosed(**purpose(payment), at=now))
