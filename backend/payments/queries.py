from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from backend.members import MembersMerged
from backend.payments.errors import PaymentUnknown, RefundUnknown
from backend.payments.models import Payment, Refund


@dataclass(frozen=True)
class Overview:
    """A payment with its refunds, oldest first."""

    payment: Payment
    refunds: Sequence[Refund]


def get(session: Session, out_trade_no: str) -> Overview:
    """A payment by its number. Raises PaymentUnknown."""
    found = session.scalar(select(Payment).where(Payment.out_trade_no == out_trade_no))
    if found is None:
        raise PaymentUnknown
    refunds = select(Refund).where(Refund.payment_id == found.id).order_by(Refund.id)
    return Overview(found, session.scalars(refunds).all())


def for_purpose(session: Session, kind: str, purpose_id: str) -> Payment:
    """The payment for a purpose. Raises PaymentUnknown."""
    mine = select(Payment).where(Payment.purpose_kind == kind, Payment.purpose_id == purpose_id)
    found = session.scalar(mine.execution_options(populate_existing=True))
    if found is None:
        raise PaymentUnknown
    return found


def owner_of(session: Session, out_trade_no: str) -> int:
    """Whose payment a number is: whoever settles it locks the account first. Raises PaymentUnknown."""
    found = session.scalar(select(Payment.member_id).where(Payment.out_trade_no == out_trade_no))
    if found is None:
        raise PaymentUnknown
    return found


def refund_by_no(session: Session, out_refund_no: str) -> tuple[int, str]:
    """Whose refund a number is, and of which payment. Raises RefundUnknown."""
    asked = select(Payment.member_id, Payment.out_trade_no).join(Refund, Refund.payment_id == Payment.id)
    found = session.execute(asked.where(Refund.out_refund_no == out_refund_no)).one_or_none()
    if found is None:
        raise RefundUnknown
    return found[0], found[1]


def failed_refunds(session: Session, *, before_id: int | None = None, limit: int) -> Sequence[Refund]:
    """Refunds that people have to look at, newest first, from before an id on."""
    rows = select(Refund).where(Refund.status == "failed").order_by(Refund.id.desc()).limit(limit)
    return session.scalars(rows if before_id is None else rows.where(Refund.id < before_id)).all()


def due_for_asking(now: datetime, limit: int) -> Select[str]:
    """Numbers of payments of which WeChat Pay is to be asked."""
    return select(Payment.out_trade_no).where(Payment.ask_at <= now).order_by(Payment.ask_at).limit(limit)


def due_for_trying(now: datetime, limit: int) -> Select[str]:
    """Numbers of refunds that are to be sent, or asked after."""
    return select(Refund.out_refund_no).where(Refund.try_at <= now).order_by(Refund.try_at).limit(limit)


def move_payments(session: Session, merged: MembersMerged) -> None:
    """What the gone member paid, the survivor has paid. The money goes back to the WeChat that it came from."""
    session.execute(update(Payment).where(Payment.member_id == merged.gone_id).values(member_id=merged.into_id))
