from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.kit.ids import readable_code
from backend.payments.errors import PaymentUnknown
from backend.payments.models import NUMBER_LENGTH, Payment


def locked(session: Session, out_trade_no: str) -> Payment:
    """A payment, locked. Raises PaymentUnknown."""
    mine = select(Payment).where(Payment.out_trade_no == out_trade_no).with_for_update()
    found = session.scalar(mine.execution_options(populate_existing=True))
    if found is None:
        raise PaymentUnknown
    return found


def purpose(payment: Payment) -> dict[str, Any]:
    """What facts say of a payment."""
    return {"payment_id": payment.id, "purpose_kind": payment.purpose_kind, "purpose_id": payment.purpose_id}


def number(kind: str, rng: Random) -> str:
    """A new number for WeChat Pay; unguessable when `rng` is a SystemRandom, as it is in production."""
    return kind + readable_code(rng, NUMBER_LENGTH - 4)
