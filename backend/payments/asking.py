"""Asks WeChat Pay: always between transactions, and by numbers that it knows again.

`settle` is how whoever calls writes down what was said: with the member's account locked before the payment.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from random import Random

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.kit.db import Sessions, run
from backend.payments.errors import NotPayable, PaymentRefusedByWechat, TryPayingLater
from backend.payments.gateway import PayGateway
from backend.payments.locking import locked
from backend.payments.models import OPEN, Payment, Refund
from backend.payments.queries import due_for_asking, due_for_trying
from backend.payments.refunding import fail, locked_refund
from backend.payments.rules import GRACE, ask_next, try_next
from backend.payments.service import close_overdue
from backend.wechat import PayLater, PayOrder, PayParameters, PayRefused, RefundAsked, RefundSaid, Trade

log = structlog.get_logger(__name__)

SettleTrade = Callable[[Trade], object]
CloseTrade = Callable[[Callable[[Session], None], str], None]
SettleRefund = Callable[[RefundSaid], object]
NONCE_LETTERS = 32


def prepay(
    sessions: Sessions, gateway: PayGateway, out_trade_no: str, *, openid: str, rng: Random, now: datetime
) -> PayParameters:
    """What the phone of a payer needs; asks WeChat Pay once for each payment and payer.

    Raises NotPayable, TryPayingLater, PaymentRefusedByWechat.
    """
    payment = run(sessions.write, partial(_payable, out_trade_no=out_trade_no, openid=openid, now=now))
    prepay_id = payment.prepay_id
    if prepay_id is None:
        order = PayOrder(payment.out_trade_no, payment.description, payment.fen, openid, payment.expires_at)
        try:
            prepay_id = gateway.prepay(order)
        except PayLater as error:
            log.warning("payments.prepay", error=str(error))
            raise TryPayingLater(retry_after=2) from error
        except PayRefused as error:
            log.error("payments.prepay-refused", error=str(error))  # noqa: TRY400  a refusal, no bug
            run(sessions.write, partial(_ask_now, out_trade_no=out_trade_no, now=now))
            raise PaymentRefusedByWechat from error
        run(sessions.write, partial(_note_prepaid, out_trade_no=out_trade_no, prepay_id=prepay_id))
    return gateway.parameters(prepay_id, nonce=f"{rng.getrandbits(4 * NONCE_LETTERS):0{NONCE_LETTERS}x}", now=now)


def ask_trade(
    sessions: Sessions, gateway: PayGateway, out_trade_no: str, *, settle: SettleTrade, close: CloseTrade, now: datetime
) -> str:
    """Ask what became of a payment, and close it where its time is over. Answers what was done, in a word."""
    with sessions.read() as session:
        payment = session.scalar(select(Payment).where(Payment.out_trade_no == out_trade_no))
    if payment is None or payment.ask_at is None:
        return "nothing"
    try:
        return _asked(gateway, payment, settle=settle, close=close, now=now)
    except PayLater as error:
        log.warning("payments.ask", error=str(error))
        run(sessions.write, partial(_ask_later, out_trade_no=out_trade_no, now=now))
        return "later"


def ask_refund(
    sessions: Sessions, gateway: PayGateway, out_refund_no: str, *, settle: SettleRefund, now: datetime
) -> str:
    """Send a refund, or ask what became of it. Answers its status."""
    with sessions.read() as session:
        found = session.scalar(select(Refund).where(Refund.out_refund_no == out_refund_no))
    if found is None or found.try_at is None:
        return "nothing"
    asked = RefundAsked(found.out_refund_no, found.transaction_id, found.fen, found.total_fen, found.reason)
    try:
        said = gateway.query_refund(out_refund_no) if found.status == "sent" else None
        settle(said or gateway.refund(asked))
    except PayLater as error:
        log.warning("payments.refund", error=str(error))
        run(sessions.write, partial(_refund_later, out_refund_no=out_refund_no, now=now))
        return "later"
    except PayRefused as error:
        run(sessions.write, partial(_refund_failed, out_refund_no=out_refund_no, why=error.code))
        return "failed"
    return "told"


def due_trades(session: Session, *, now: datetime, limit: int) -> Sequence[str]:
    """Numbers of payments of which WeChat Pay is to be asked now."""
    return session.scalars(due_for_asking(now, limit)).all()


def due_refunds(session: Session, *, now: datetime, limit: int) -> Sequence[str]:
    """Numbers of refunds to be sent, or asked after, now."""
    return session.scalars(due_for_trying(now, limit)).all()


def _asked(gateway: PayGateway, payment: Payment, *, settle: SettleTrade, close: CloseTrade, now: datetime) -> str:
    trade = gateway.query(payment.out_trade_no)
    over = payment.status == "closed" or now >= payment.expires_at + GRACE
    if trade is not None and (trade.state not in {"NOTPAY", "PAYERROR"} or not over):
        settle(trade)
        return "told"
    if trade is None and not over:
        trade = Trade(payment.out_trade_no, "NOTPAY", gateway.mchid, gateway.appid)
        settle(trade)
        return "told"
    try:
        if trade is not None:
            gateway.close(payment.out_trade_no)
    except PayRefused:  # paid this very moment: the next look will tell
        raise PayLater("PAID_MEANWHILE", "", "close") from None
    close(partial(close_overdue, out_trade_no=payment.out_trade_no, now=now), payment.out_trade_no)
    return "closed"


def _payable(session: Session, *, out_trade_no: str, openid: str, now: datetime) -> Payment:
    """With the payer noted first: who asks after a crash is to know whose order it may be."""
    payment = locked(session, out_trade_no)
    if payment.status not in OPEN or now >= payment.expires_at:
        raise NotPayable
    if payment.openid not in (None, openid):  # WeChat Pay keeps an order for one payer
        raise NotPayable
    payment.openid = openid
    return payment


def _note_prepaid(session: Session, *, out_trade_no: str, prepay_id: str) -> None:
    """It may be paid or closed already: the notification is allowed to be faster than we are."""
    payment = locked(session, out_trade_no)
    payment.prepay_id = prepay_id
    if payment.status == "created":
        payment.status = "prepaid"


def _ask_now(session: Session, *, out_trade_no: str, now: datetime) -> None:
    payment = locked(session, out_trade_no)
    if payment.ask_at is not None:
        payment.ask_at = now


def _ask_later(session: Session, *, out_trade_no: str, now: datetime) -> None:
    payment = locked(session, out_trade_no)
    if payment.ask_at is not None:
        payment.ask_at = ask_next(payment.created_at, payment.expires_at, now)


def _refund_later(session: Session, *, out_refund_no: str, now: datetime) -> None:
    found = locked_refund(session, out_refund_no)
    if found.try_at is not None:
        found.tries += 1
        found.try_at = try_next(found.tries, now)


def _refund_failed(session: Session, *, out_refund_no: str, why: str) -> None:
    found = locked_refund(session, out_refund_no)
    if found.try_at is not None:
        fail(found, why)
