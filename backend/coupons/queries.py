from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select, tuple_
from sqlalchemy.orm import Session

from backend.coupons.definition import Definition, parsed
from backend.coupons.errors import CouponUnknown, TemplateUnknown
from backend.coupons.models import Coupon, Template, TemplateDecision, TemplateVersion


def template(session: Session, code: str) -> Template:
    """The template with this code, as the database has it now. Raises TemplateUnknown."""
    found = session.scalar(select(Template).where(Template.code == code).execution_options(populate_existing=True))
    if found is None:
        raise TemplateUnknown
    return found


def template_of(session: Session, template_id: int) -> Template:
    """The template with this id, as the database has it now. Raises TemplateUnknown."""
    found = session.get(Template, template_id, populate_existing=True)
    if found is None:
        raise TemplateUnknown
    return found


def templates_page(
    session: Session, *, status: str | None = None, before_id: int | None = None, limit: int
) -> list[Template]:
    """Templates, newest first, of one status or all, from before an id on."""
    rows = select(Template).order_by(Template.id.desc()).limit(limit).execution_options(populate_existing=True)
    if status is not None:
        rows = rows.where(Template.status == status)
    if before_id is not None:
        rows = rows.where(Template.id < before_id)
    return list(session.scalars(rows))


def versions(session: Session, template_id: int, *, limit: int) -> Sequence[TemplateVersion]:
    """The versions of a template, newest first."""
    mine = select(TemplateVersion).where(TemplateVersion.template_id == template_id)
    return session.scalars(mine.order_by(TemplateVersion.version.desc()).limit(limit)).all()


def decisions(session: Session, template_id: int, *, limit: int) -> Sequence[TemplateDecision]:
    """Who decided what about a template, newest first."""
    made = select(TemplateDecision).where(TemplateDecision.template_id == template_id)
    return session.scalars(made.order_by(TemplateDecision.no.desc()).limit(limit)).all()


def terms_of_version(session: Session, template_id: int, version: int) -> Definition:
    """What a template says in one version. Raises TemplateUnknown."""
    found = session.get(TemplateVersion, (template_id, version))
    if found is None:
        raise TemplateUnknown
    return parsed(found.definition)


def terms_of_all(session: Session, wanted: Iterable[tuple[int, int]]) -> dict[tuple[int, int], Definition]:
    """What templates say in some of their versions, by (template, version), in one statement."""
    keys = sorted(set(wanted))
    version = tuple_(TemplateVersion.template_id, TemplateVersion.version)
    found = session.scalars(select(TemplateVersion).where(version.in_(keys))) if keys else ()
    return {(one.template_id, one.version): parsed(one.definition) for one in found}


def terms_of(session: Session, found: Template) -> Definition:
    """What a template says in the version that it issues by. Raises TemplateUnknown for one that was never live."""
    if found.version is None:
        raise TemplateUnknown
    return terms_of_version(session, found.id, found.version)


def usable_at(now: datetime) -> ColumnElement[bool]:
    """Whether a coupon's status at an instant is ready, by its row: also one that nobody accepted in time."""
    back = and_(Coupon.status == "sent", Coupon.sent_until <= now)
    return and_(Coupon.status.in_(("ready", "sent")), or_(Coupon.status == "ready", back), Coupon.valid_until > now)


def coupon_terms(session: Session, coupon: Coupon) -> Definition:
    """What the version says that a coupon was issued by."""
    return terms_of_version(session, coupon.template_id, coupon.version)


def coupon(session: Session, member_id: int, coupon_id: int) -> Coupon:
    """A coupon of this member. Raises CouponUnknown."""
    found = session.get(Coupon, coupon_id, populate_existing=True)
    if found is None or found.member_id != member_id:
        raise CouponUnknown
    return found


def locked(session: Session, coupon_id: int) -> Coupon:
    """A coupon, locked and read anew: its member's account is locked before. Raises CouponUnknown."""
    found = session.get(Coupon, coupon_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise CouponUnknown
    return found
