"""The money of an order: what was taken for it and handed back.

Whoever hands an order over takes what is due first. The counter is the one way to pay for now; another one, such as
WeChat Pay, is another `Method`: it takes when its notification says that the money has arrived, which may be long
before the goods are handed over, and then nothing is due at the counter (see docs/decisions/0019).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import CheckConstraint, ForeignKey, Index, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Session, mapped_column

from backend.kit.calendar import shop_day
from backend.kit.columns import Id, code
from backend.kit.db import Model
from backend.kit.money import yuan
from backend.mall.errors import MoneyDue
from backend.mall.models import KEPT, Order

Method = Literal["counter"]


class Payment(Model):
    """Money taken for an order, until it is handed back at `refunded_at`; `no` counts hand-overs that were mistakes
    before. `paid_on` and `refunded_on` are days of the shop.
    """

    __tablename__ = "mall_payments"
    __table_args__ = (
        Index(None, "paid_on", "store_id"),
        Index(None, "refunded_on", "store_id"),
        CheckConstraint("method IN ('counter')", name="method_known"),
        CheckConstraint("amount_fen >= 1", name="amount_positive"),
        CheckConstraint("(refunded_at IS NULL) = (refunded_on IS NULL)", name="refunded_on_a_day"),
    )

    order_id: Mapped[int] = mapped_column(Id, ForeignKey("mall_orders.id"), primary_key=True, autoincrement=False)
    no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    method: Mapped[Method] = mapped_column(code(16))
    amount_fen: Mapped[int] = mapped_column(Id)
    store_id: Mapped[int] = mapped_column(Id, ForeignKey("stores.id"))
    paid_at: Mapped[datetime]
    paid_on: Mapped[date]
    refunded_at: Mapped[datetime | None]
    refunded_on: Mapped[date | None]


@dataclass(frozen=True)
class Takings:
    """What a store took and handed back for exchanges on a day, in fen."""

    store_id: int
    on: date
    taken_fen: int = 0
    handed_back_fen: int = 0


@dataclass(frozen=True)
class PaymentFault:
    """An order whose money is not what its state says."""

    order_no: str
    paid_fen: int
    expected_fen: int


def due_fen(session: Session, order: Order) -> int:
    """What is still to be paid for an order, in fen."""
    payment = _standing(session, order)
    return order.money_fen - (payment.amount_fen if payment else 0)


def take(session: Session, order: Order, *, method: Method, amount_fen: int, store_id: int, now: datetime) -> None:
    """Note that the money of an order has come in: exactly what is due, be it nothing. Raises MoneyDue."""
    due = due_fen(session, order)
    if amount_fen != due:
        raise MoneyDue(due=yuan(due))
    if due:
        payment = Payment(order_id=order.id, no=order.undone, method=method, amount_fen=due, store_id=store_id)
        payment.paid_at, payment.paid_on = now, shop_day(now)
        session.add(payment)


def hand_back(session: Session, order: Order, *, now: datetime) -> None:
    """Note that the money of an order, if any was taken, goes back to the member, in the way that it came."""
    if (payment := _standing(session, order)) is not None:
        payment.refunded_at, payment.refunded_on = now, shop_day(now)


def takings(session: Session, *, since: date, until: date) -> Sequence[Takings]:
    """What stores took and handed back on the shop days `[since, until)`, by day and store."""
    taken = _by_day(session, Payment.paid_on, since, until)
    back = _by_day(session, Payment.refunded_on, since, until)
    places = sorted({*taken, *back})
    return [Takings(store_id, on, taken.get((on, store_id), 0), back.get((on, store_id), 0)) for on, store_id in places]


def payment_faults(session: Session, *, limit: int) -> Sequence[PaymentFault]:
    """Orders that cost money and are with their members unpaid, and those that are not and are paid, oldest first."""
    paid, kept = func.coalesce(func.sum(Payment.amount_fen), 0), Order.status.in_(KEPT)
    wrong = or_(and_(kept, paid != Order.money_fen), and_(~kept, paid != 0))
    columns = Order.no, Order.status, Order.money_fen
    asked = select(*columns, paid).where(Order.money_fen > 0).group_by(Order.id, *columns).having(wrong)
    asked = asked.outerjoin(Payment, and_(Payment.order_id == Order.id, Payment.refunded_at.is_(None)))
    rows = session.execute(asked.order_by(Order.id).limit(limit)).all()
    return [PaymentFault(no, int(has), due if status in KEPT else 0) for no, status, due, has in rows]


def _standing(session: Session, order: Order) -> Payment | None:
    """What was taken and not handed back; most orders cost no money, and nobody looks."""
    if not order.money_fen:
        return None
    mine = Payment.order_id == order.id, Payment.refunded_at.is_(None)
    return session.scalar(select(Payment).where(*mine))


def _by_day(session: Session, day: InstrumentedAttribute[Any], since: date, until: date) -> dict[tuple[date, int], int]:
    asked = select(day, Payment.store_id, func.sum(Payment.amount_fen)).where(day >= since, day < until)
    return {(on, store_id): int(fen) for on, store_id, fen in session.execute(asked.group_by(day, Payment.store_id))}
