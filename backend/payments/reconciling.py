"""Our payments and refunds of a day beside WeChat's bill of it, line by line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.payments.models import Payment, Refund
from backend.wechat import BillLine

Kind = Literal["payment", "refund"]


@dataclass(frozen=True)
class Discrepancy:
    """A number of which one side knows something else than the other; None where it knows nothing."""

    kind: Kind
    number: str
    ours_fen: int | None
    theirs_fen: int | None


def compare(session: Session, lines: Sequence[BillLine], *, since: datetime, until: datetime) -> list[Discrepancy]:
    """What does not agree with the bill of `[since, until)`, by number.

    A payment that only the bill knows may have come after midnight with us: it is looked up by its number.
    """
    theirs = {line.out_trade_no: line.fen for line in lines if not line.out_refund_no}
    back = {line.out_refund_no: line.refund_fen for line in lines if line.out_refund_no}
    return [
        *_differences("payment", _paid(session, since, until, list(theirs)), theirs),
        *_differences("refund", _refunded(session, since, until, list(back)), back),
    ]


def _differences(kind: Kind, ours: Mapping[str, int], theirs: Mapping[str, int]) -> list[Discrepancy]:
    return [
        Discrepancy(kind, number, ours.get(number), theirs.get(number))
        for number in sorted({*ours, *theirs})
        if ours.get(number) != theirs.get(number)
    ]


def _paid(session: Session, since: datetime, until: datetime, named: Sequence[str]) -> dict[str, int]:
    columns = select(Payment.out_trade_no, Payment.paid_fen)
    rows = session.execute(columns.where(Payment.paid_at >= since, Payment.paid_at < until)).all()
    more = session.execute(columns.where(Payment.out_trade_no.in_(named), Payment.paid_at.is_not(None))).all()
    return {number: fen for number, fen in (*rows, *more)}  # noqa: C416  rows are no pairs to a type checker


def _refunded(session: Session, since: datetime, until: datetime, named: Sequence[str]) -> dict[str, int]:
    columns = select(Refund.out_refund_no, Refund.fen)
    done = Refund.done_at >= since, Refund.done_at < until, Refund.refund_id.is_not(None)
    rows = session.execute(columns.where(*done)).all()
    more = session.execute(columns.where(Refund.out_refund_no.in_(named), Refund.status != "waiting")).all()
    return {number: fen for number, fen in (*rows, *more)}  # noqa: C416  as above
