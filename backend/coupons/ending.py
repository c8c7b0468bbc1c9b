"""Coupons whose time is over, and whether all counters agree with the rows they count."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import CursorResult, and_, func, or_, select, update
from sqlalchemy.orm import Session

from backend.coupons.models import Coupon, Template, TemplateDay
from backend.coupons.ways import CodeBatch, UniqueCode

OPEN = ("ready", "sent")


@dataclass(frozen=True)
class CountFault:
    """A counter that is not what the rows say it should be; `day` is null for that of the whole template or batch."""

    what: str
    day: date | None
    counted: int
    expected: int


def expire_due(session: Session, *, now: datetime, limit: int) -> int:
    """Write down that up to `limit` coupons are over; they could not be used any more before that. Returns how many.

    Those that a till keeps for an order stay until the till has ended that.
    """
    free = or_(Coupon.held_until.is_(None), Coupon.held_until <= now)
    due: set[int] = set()
    for status in OPEN:  # two ranges of one index
        overdue = select(Coupon.id).where(Coupon.status == status, Coupon.valid_until <= now, free)
        due.update(session.scalars(overdue.order_by(Coupon.valid_until).limit(limit - len(due))))
    over = update(Coupon).where(Coupon.id.in_(sorted(due)), Coupon.status.in_(OPEN), Coupon.valid_until <= now, free)
    nobodys = {"held_store_id": None, "held_order_no": None, "held_until": None}
    over = over.values(status="expired", ended_at=Coupon.valid_until, sent_until=None, **nobodys)
    done = session.execute(over, execution_options={"synchronize_session": False})
    return cast("CursorResult[Any]", done).rowcount


def count_faults(session: Session) -> list[CountFault]:
    """Every counter that disagrees with what it counts; none while all is well."""
    return [*_of_templates(session), *_of_days(session), *_of_batches(session)]


def _of_templates(session: Session) -> list[CountFault]:
    kept = and_(Coupon.template_id == Template.id, Coupon.status != "revoked")
    expected = func.count(Coupon.id)
    rows = select(Template.code, Template.issued, expected).outerjoin(Coupon, kept)
    wrong = rows.group_by(Template.code, Template.issued).having(Template.issued != expected)
    return [CountFault(f"template {code}", None, issued, should) for code, issued, should in session.execute(wrong)]


def _of_days(session: Session) -> list[CountFault]:
    kept = and_(
        Coupon.template_id == TemplateDay.template_id,
        Coupon.issued_on == TemplateDay.day,
        Coupon.status != "revoked",
    )
    expected = func.count(Coupon.id)
    days = select(Template.code, TemplateDay.day, TemplateDay.issued, expected).join(
        Template, Template.id == TemplateDay.template_id
    )
    wrong = days.outerjoin(Coupon, kept).group_by(Template.code, TemplateDay.day, TemplateDay.issued)
    rows = session.execute(wrong.having(TemplateDay.issued != expected))
    return [CountFault(f"template {code}", day, issued, should) for code, day, issued, should in rows]


def _of_batches(session: Session) -> list[CountFault]:
    expected = func.count(UniqueCode.code)
    rows = select(CodeBatch.id, CodeBatch.made, expected).outerjoin(UniqueCode, UniqueCode.batch_id == CodeBatch.id)
    wrong = rows.group_by(CodeBatch.id, CodeBatch.made).having(CodeBatch.made != expected)
    return [CountFault(f"batch {batch_id}", None, made, should) for batch_id, made, should in session.execute(wrong)]
