"""Money that goes back: asked for once, sent by a job, settled by what WeChat Pay says of it."""

from datetime import datetime
from random import Random
from typing import Final

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.kit.facts import announce
from backend.payments.errors import PaymentMismatch, RefundNotFailed, RefundTooHigh, RefundUnknown
from backend.payments.facts import PaymentRefunded
from backend.payments.locking import locked, number, purpose
from backend.payments.models import LONGEST_REASON, NUMBER_LENGTH, Payment, Refund
from backend.payments.rules import try_next
from backend.wechat import RefundSaid

log = structlog.get_logger(__name__)

BACK: Final = "SUCCESS"
CLOSED: Final = "CLOSED"
STRAY_REASON: Final = "订单已关闭或重复支付，原路退回"


def refund(
    session: Session, payment: Payment, *, key: str, fen: int, reason: str, rng: Random, now: datetime
) -> Refund:
    """Give back some of what came in, once for each key; a job sends it. Raises RefundTooHigh."""
    mine = locked(session, payment.out_trade_no)
    asked = select(Refund).where(Refund.payment_id == mine.id, Refund.key == key)
    if (before := session.scalar(asked)) is not None:
        return before
    if mine.transaction_id is None or fen < 1 or mine.refunded_fen + fen > mine.paid_fen:
        raise RefundTooHigh
    mine.refunded_fen += fen
    return _ask_back(session, mine, number=number("R", rng), key=key, fen=fen, reason=reason, now=now)


def settle_refund(session: Session, said: RefundSaid, *, mchid: str, now: datetime) -> Refund:
    """Note what WeChat Pay says of a refund, however often. Raises RefundUnknown, PaymentMismatch."""
    found = locked_refund(session, said.out_refund_no)
    if found.status in {"done", "failed"} and not (found.status == "failed" and said.state == BACK):
        return found
    if said.fen != found.fen or said.mchid not in (None, mchid):
        raise PaymentMismatch(what="refund")
    found.refund_id = said.refund_id or found.refund_id
    if said.state == BACK:
        _done(session, found, now=now)
    elif said.state == "PROCESSING":
        found.status, found.tries = "sent", found.tries + 1
        found.try_at = try_next(found.tries, now)
    else:
        fail(found, said.state)
    return found


def retry_refund(session: Session, out_refund_no: str, *, by: str, rng: Random, now: datetime) -> Refund:
    """Try a failed refund anew; under another number only where WeChat Pay has closed the first, so that money never
    goes back twice. Raises RefundUnknown, RefundNotFailed.
    """
    found = locked_refund(session, out_refund_no)
    if found.status != "failed":
        raise RefundNotFailed
    if found.failure == CLOSED:
        found.out_refund_no = number("R", rng)
    found.status, found.tries, found.try_at = "waiting", 0, now
    found.failure, found.settled_by = None, by
    return found


def settle_refund_by_hand(session: Session, out_refund_no: str, *, by: str, now: datetime) -> Refund:
    """Somebody has given the money back otherwise. Raises RefundUnknown, RefundNotFailed."""
    found = locked_refund(session, out_refund_no)
    if found.status != "failed":
        raise RefundNotFailed
    found.settled_by = by
    _done(session, found, now=now)
    return found


def send_back(session: Session, payment: Payment, transaction_id: str, *, now: datetime) -> None:
    """Once for each transaction that nobody wants."""
    key = f"stray:{transaction_id}"
    if session.scalar(select(Refund.id).where(Refund.payment_id == payment.id, Refund.key == key)) is None:
        stray_no = f"S{transaction_id}"[:NUMBER_LENGTH]
        found = _ask_back(session, payment, number=stray_no, key=key, fen=payment.fen, reason=STRAY_REASON, now=now)
        found.transaction_id, found.stray = transaction_id, True


def fail(found: Refund, why: str) -> None:
    """A refund cannot be made as it is: people have to look."""
    log.error("payments.refund-failed", out_refund_no=found.out_refund_no, why=why)
    found.status, found.try_at, found.failure = "failed", None, why[:64]


def locked_refund(session: Session, out_refund_no: str) -> Refund:
    """A refund, locked. Raises RefundUnknown."""
    mine = select(Refund).where(Refund.out_refund_no == out_refund_no).with_for_update()
    found = session.scalar(mine.execution_options(populate_existing=True))
    if found is None:
        raise RefundUnknown
    return found


def _ask_back(
    session: Session, payment: Payment, *, number: str, key: str, fen: int, reason: str, now: datetime
) -> Refund:
    found = Refund(
        out_refund_no=number,
        payment_id=payment.id,
        key=key,
        transaction_id=str(payment.transaction_id),
        fen=fen,
        total_fen=payment.fen,
        stray=False,
        reason=reason[:LONGEST_REASON],
        status="waiting",
        tries=0,
        try_at=now,
        created_at=now,
    )
    session.add(found)
    session.flush()  # whoever asked reads it at once
    return found


def _done(session: Session, found: Refund, *, now: datetime) -> None:
    found.status, found.try_at, found.failure, found.done_at = "done", None, None, now
    session.flush()  # as above
    payment = session.get_one(Payment, found.payment_id)
    if not found.stray:
        announce(session, PaymentRefunded(**purpose(payment), key=found.key, fen=found.fen, at=now))
