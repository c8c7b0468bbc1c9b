"""How many of a template there still are. The template's row is what everybody waits for: it is locked last."""

from datetime import date
from typing import Any, cast

from sqlalchemy import CursorResult, Update, delete, func, or_, select, update
from sqlalchemy.orm import Session

from backend.coupons.definition import Definition
from backend.coupons.errors import NotLive, SoldOut, SoldOutToday
from backend.coupons.models import Coupon, Template, TemplateDay
from backend.kit.errors import DomainError


def look(session: Session, template: Template, terms: Definition, day: date) -> None:
    """Refuse what is plainly gone, without waiting for anybody. Raises SoldOut, SoldOutToday."""
    if template.stock is not None and template.issued >= template.stock:
        raise SoldOut
    if terms.supply.stock_per_day is not None and _issued_on(session, template.id, day) >= terms.supply.stock_per_day:
        raise SoldOutToday


def take(session: Session, template: Template, terms: Definition, day: date) -> None:
    """Count one coupon, whose row is written already, against the stock and that of its shop day.

    Raises NotLive, SoldOut, SoldOutToday; the caller's transaction is undone then.
    """
    left = or_(Template.stock.is_(None), Template.issued < Template.stock)
    change = update(Template).where(Template.id == template.id, Template.status == "live", left)
    if not _rows(session, change.values(issued=Template.issued + 1)):
        status = session.scalar(select(Template.status).where(Template.id == template.id))
        raise SoldOut if status == "live" else NotLive
    if terms.supply.stock_per_day is not None:
        _take_of_day(session, template.id, day, terms.supply.stock_per_day)


def take_up_to(
    session: Session, template: Template, terms: Definition, day: date, wanted: int
) -> tuple[int, type[DomainError]]:
    """Count up to `wanted` coupons, whose rows are written next, as far as there are any; how many, and what refuses
    the rest. The template is locked from here on. Raises NotLive.
    """
    fresh = session.get_one(Template, template.id, with_for_update=True, populate_existing=True)
    if fresh.status != "live":
        raise NotLive
    left: tuple[int, type[DomainError]] = (wanted if fresh.stock is None else fresh.stock - fresh.issued, SoldOut)
    if terms.supply.stock_per_day is not None:
        of_day = terms.supply.stock_per_day - _issued_on(session, template.id, day)
        left = left if left[0] <= of_day else (of_day, SoldOutToday)
    free = max(min(wanted, left[0]), 0)
    if free and terms.supply.stock_per_day is not None and not _move_day(session, template.id, day, free):
        counted = _counted(session, template.id, day)
        session.add(TemplateDay(template_id=template.id, day=day, issued=counted + free))
    fresh.issued += free
    return free, left[1]


def give_back(session: Session, template_id: int, day: date, count: int = 1) -> None:
    """Coupons that were issued on a shop day were taken back, which is written already."""
    change = update(Template).where(Template.id == template_id).values(issued=Template.issued - count)
    if not _rows(session, change):
        raise LookupError(f"no coupon template {template_id}")
    _move_day(session, template_id, day, -count)


def recount_days(session: Session, template_id: int, *, since: date) -> None:
    """Let the counts of these days be taken anew when they are asked for: another version has another day's stock."""
    session.execute(delete(TemplateDay).where(TemplateDay.template_id == template_id, TemplateDay.day >= since))


def _take_of_day(session: Session, template_id: int, day: date, most: int) -> None:
    """The template's row is locked: nobody else counts this day."""
    if _move_day(session, template_id, day, 1, most=most):
        return
    if session.scalar(select(TemplateDay.issued).where(*_day(template_id, day))) is not None:
        raise SoldOutToday
    issued = _counted(session, template_id, day)
    if issued > most:
        raise SoldOutToday
    session.add(TemplateDay(template_id=template_id, day=day, issued=issued))
    session.flush()  # the next one in this transaction meets it


def _issued_on(session: Session, template_id: int, day: date) -> int:
    counted = session.scalar(select(TemplateDay.issued).where(*_day(template_id, day)))
    return _counted(session, template_id, day) if counted is None else counted


def _counted(session: Session, template_id: int, day: date) -> int:
    mine = Coupon.template_id == template_id, Coupon.issued_on == day, Coupon.status != "revoked"
    return session.scalar(select(func.count()).where(*mine)) or 0


def _move_day(session: Session, template_id: int, day: date, by: int, *, most: int | None = None) -> int:
    change = update(TemplateDay).where(*_day(template_id, day))
    if most is not None:
        change = change.where(TemplateDay.issued + by <= most)
    return _rows(session, change.values(issued=TemplateDay.issued + by))


def _day(template_id: int, day: date) -> tuple[Any, Any]:
    return TemplateDay.template_id == template_id, TemplateDay.day == day


def _rows(session: Session, change: Update) -> int:
    done = session.execute(change, execution_options={"synchronize_session": False})
    return cast("CursorResult[Any]", done).rowcount
