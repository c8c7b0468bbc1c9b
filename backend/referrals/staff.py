"""Whom employees bring by their own codes: put down to the employee and rewarded by nobody's points."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend import scenes, stores
from backend.kit.calendar import shop_day
from backend.kit.counters import count_up
from backend.members import MemberJoined
from backend.purchases import PurchaseRecorded, PurchaseRefunded
from backend.referrals import book
from backend.referrals.models import StaffMonth, StaffNewcomer
from backend.referrals.rules import month_of
from backend.stores import Staff, Store


@dataclass(frozen=True)
class StaffLine:
    """What came of an employee's code in a month."""

    month: str
    store: str
    staff: str
    staff_id: int
    newcomers: int
    purchases: int
    amount_fen: int


def note_staff_newcomer(session: Session, joined: MemberJoined) -> bool:
    """Put a newcomer down to the employee whose code led them here; False where it was no employee's."""
    staff = _employee(session, joined.invite_code or "", joined) or _employee(session, joined.scene or "", joined)
    if staff is None:
        return False
    _, rules = book.live(session, now=joined.at)
    until = joined.at + timedelta(days=rules.staff_days)
    session.add(StaffNewcomer(newcomer_id=joined.member_id, staff_id=staff.id, joined_at=joined.at, until_at=until))
    _count(session, staff.id, month_of(shop_day(joined.at).isoformat()), newcomers=1)
    return True


def note_staff_purchase(session: Session, recorded: PurchaseRecorded) -> None:
    """Put what a newcomer buys down to the employee who brought them, while that counts."""
    if recorded.member_id is None:
        return
    brought = session.get(StaffNewcomer, recorded.member_id)
    if brought is not None and recorded.at < brought.until_at:
        month = month_of(shop_day(recorded.at).isoformat())
        _count(session, brought.staff_id, month, purchases=1, amount_fen=recorded.paid_fen)


def note_staff_refund(session: Session, refunded: PurchaseRefunded) -> None:
    """What comes back is put down in the month in which it does, also when purchases count no more."""
    if refunded.member_id is None:
        return
    brought = session.get(StaffNewcomer, refunded.member_id)
    if brought is not None:
        month = month_of(shop_day(refunded.at).isoformat())
        _count(session, brought.staff_id, month, amount_fen=-refunded.amount_fen)


def staff_report(
    session: Session, month: str, *, store_id: int | None = None, after: int | None = None, limit: int
) -> list[StaffLine]:
    """What came of employees' codes in a month, by employee, behind one of them."""
    rows = (
        select(StaffMonth, Staff.code, Store.code)
        .join(Staff, Staff.id == StaffMonth.staff_id)
        .join(Store, Store.id == Staff.store_id)
        .where(StaffMonth.month == month, StaffMonth.staff_id > (after or 0))
        .order_by(StaffMonth.staff_id)
        .limit(limit)
    )
    if store_id is not None:
        rows = rows.where(Staff.store_id == store_id)
    return [
        StaffLine(one.month, store, staff, one.staff_id, one.newcomers, one.purchases, one.amount_fen)
        for one, staff, store in session.execute(rows)
    ]


def move_staff_newcomer(session: Session, gone_id: int, into_id: int) -> None:
    """Who was brought by an employee stays so as the one they became; of two employees the first."""
    rows = session.scalars(select(StaffNewcomer).where(StaffNewcomer.newcomer_id.in_((gone_id, into_id)))).all()
    for row in sorted(rows, key=lambda one: one.joined_at)[1:]:
        session.delete(row)
        session.flush()  # the other takes its place
    session.execute(update(StaffNewcomer).where(StaffNewcomer.newcomer_id == gone_id).values(newcomer_id=into_id))


def _employee(session: Session, code: str, joined: MemberJoined) -> Staff | None:
    try:
        scene = scenes.by_code(session, code) if code else None
        if scene is None or scene.kind != "staff" or scene.store_id is None or not scene.leads_at(joined.at):
            return None
        return stores.staff_by_code(session, scene.store_id, scene.subject)
    except (scenes.SceneUnknown, stores.StaffUnknown):
        return None


def _count(session: Session, staff_id: int, month: str, **more: int) -> None:
    nothing: dict[str, int] = dict.fromkeys(("newcomers", "purchases", "amount_fen"), 0)
    count_up(session, StaffMonth, {"month": month, "staff_id": staff_id}, **(nothing | more))
