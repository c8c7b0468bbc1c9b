from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import members, payments, points
from backend.kit.calendar import add_months, shop_day
from backend.kit.ids import digits, new_id
from backend.kit.money import yuan
from backend.plans import book, queries
from backend.plans.errors import BookedTooFar, NotWaiting, OrderReused, OrderUnknown, WrongPrice
from backend.plans.models import NUMBER_LENGTH, Method, PlanOrder
from backend.plans.starting import start

PURPOSE: Final = "plan"


@dataclass(frozen=True)
class Sale:
    """A membership that a till has sold: its own number, who, what, and how it was paid."""

    till_no: str
    member_id: int
    plan_code: str
    paid_fen: int
    method: Method


def place(session: Session, member_id: int, plan_code: str, *, rng: Random, now: datetime) -> PlanOrder:
    """Order a membership to be paid in the mini-program. While one waits it is the same order again.

    Raises PlanUnknown, BookedTooFar.
    """
    points.lock(session, member_id, now=now)
    version, rules = book.live(session, now=now)
    plan = book.on_sale(rules, plan_code)
    _check_reach(session, member_id, plan, rules, now=now)
    waiting_key = f"{member_id}:{plan.code}"
    before = session.scalar(select(PlanOrder).where(PlanOrder.waiting_key == waiting_key))
    if before is not None:
        if before.price_fen == plan.price_fen and now < before.pay_by:
            return before
        _give_up(session, before, now=now)
    order = _order(member_id, plan, version, method="wechat", rng=rng, now=now)
    order.waiting_key, order.pay_by = waiting_key, now + rules.pay_within
    session.add(order)
    session.flush()  # its payment is for its number
    purpose = payments.Purpose(PURPOSE, str(order.id), plan.name)
    payments.open_payment(
        session, purpose, member_id=member_id, fen=order.price_fen, until=order.pay_by, rng=rng, now=now
    )
    return order


def cancel(session: Session, member_id: int, no: str, *, now: datetime) -> PlanOrder:
    """Give an order up that waits; what is paid for it all the same goes back. Again, it answers the same.

    Raises OrderUnknown, NotWaiting.
    """
    points.lock(session, member_id, now=now)
    order = locked(session, queries.order(session, no, member_id=member_id).id)
    if order.status == "waiting":
        _give_up(session, order, now=now)
    elif order.status != "cancelled":
        raise NotWaiting
    return order


def sell(session: Session, sale: Sale, *, store_id: int, rng: Random, now: datetime) -> tuple[PlanOrder, bool]:
    """Note a membership that was paid at a till, which begins, or follows on what there is; True where it is new.

    The till's number again is the same sale. Raises PlanUnknown, WrongPrice, OrderReused, BookedTooFar and what
    looking up the member raises.
    """
    account = points.lock(session, sale.member_id, now=now)
    members.active(members.get(session, sale.member_id))
    mine = PlanOrder.store_id == store_id, PlanOrder.till_no == sale.till_no
    if (before := session.scalar(select(PlanOrder).where(*mine))) is not None:
        if (before.member_id, before.plan_code, before.price_fen, before.method) != (
            sale.member_id,
            sale.plan_code,
            sale.paid_fen,
            sale.method,
        ):
            raise OrderReused
        return before, False
    version, rules = book.live(session, now=now)
    plan = book.on_sale(rules, sale.plan_code)
    if sale.paid_fen != plan.price_fen:
        raise WrongPrice(due=yuan(plan.price_fen))
    _check_reach(session, sale.member_id, plan, rules, now=now)
    order = _order(sale.member_id, plan, version, method=sale.method, rng=rng, now=now)
    order.store_id, order.till_no, order.pay_by = store_id, sale.till_no, now
    session.add(order)
    session.flush()  # what begins is read by its id
    start(session, account, order, remind_days=rules.remind_days, rng=rng, now=now)
    return order, True


def locked(session: Session, order_id: int) -> PlanOrder:
    """An order, locked and read anew; the account of its member is locked before. Raises OrderUnknown."""
    found = session.get(PlanOrder, order_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise OrderUnknown
    return found


def _give_up(session: Session, order: PlanOrder, *, now: datetime) -> None:
    order.status, order.waiting_key = "cancelled", None
    payments.cancel(session, payments.for_purpose(session, PURPOSE, str(order.id)), now=now)
    session.flush()  # the next order may wait in its place


def _order(member_id: int, plan: book.Plan, version: int, *, method: Method, rng: Random, now: datetime) -> PlanOrder:
    return PlanOrder(
        id=new_id(),
        no=f"VIP{digits(rng, NUMBER_LENGTH - len('VIP'))}",
        member_id=member_id,
        plan_code=plan.code,
        family=plan.family,
        book_version=version,
        terms=plan.model_dump(mode="json"),
        price_fen=plan.price_fen,
        method=method,
        status="waiting",
        placed_at=now,
        anchor_months=0,
        days=0,
        gifts=0,
    )


def _check_reach(session: Session, member_id: int, plan: book.Plan, rules: book.PlanBook, *, now: datetime) -> None:
    last = queries.last_of_family(session, member_id, plan.family, now=now)
    furthest = add_months(shop_day(now), rules.longest_ahead_months)
    if last is not None and last.last_on is not None and last.last_on > furthest:
        raise BookedTooFar
