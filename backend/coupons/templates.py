"""The life of a template: drafted, approved by another operator, live, paused, ended; and each of its versions."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend import operators
from backend.coupons import checks, stock
from backend.coupons.definition import parsed
from backend.coupons.errors import SamePerson, StepRefused, StockBelowIssued, TemplateUnknown, VersionOpen
from backend.coupons.models import Template, TemplateDecision, TemplateVersion
from backend.coupons.rules import checked_code, checked_note
from backend.kit.calendar import shop_day

TEMPLATE_WORDS: Final = {
    "draft": "草稿",
    "approved": "已审批",
    "live": "发放中",
    "paused": "已暂停",
    "ended": "已结束",
}
OPEN: Final = ("draft", "approved")  # versions that are not live yet
NEVER_LIVE: Final = ("draft", "approved")  # templates without a live version


def draft(
    session: Session,
    code: str,
    definition: dict[str, Any],
    *,
    by: str,
    note: str,
    now: datetime,
    position: int | None = None,
) -> TemplateVersion:
    """Keep what a new template says, or the next version of one that there is. Nothing is issued by it yet.

    `position` is the template's place among others, the lowest first. Raises CodeRefused, DefinitionRefused,
    NoteRefused, VersionOpen, StepRefused for a template that has ended, and what looking up the operator raises.
    """
    operators.acting(session, by)
    template = _found(session, checked_code(code)) or _new(session, code, now)
    if template.status == "ended":
        raise StepRefused(status=TEMPLATE_WORDS["ended"])
    if (waiting := _open_version(session, template)) is not None:
        raise VersionOpen(version=waiting.version)
    terms = checks.checked(session, code, definition, now=now)
    newest = select(func.max(TemplateVersion.version)).where(TemplateVersion.template_id == template.id)
    version = TemplateVersion(
        template_id=template.id,
        version=(session.scalar(newest) or 0) + 1,
        definition=terms.model_dump(mode="json"),
        note=checked_note(note),
        drafted_by=by,
        drafted_at=now,
    )
    session.add(version)
    template.position = template.position if position is None else position
    _note(session, template, "draft", version=version.version, by=by, note=note, now=now)
    return version


def approve(session: Session, code: str, *, by: str, now: datetime, note: str = "") -> TemplateVersion:
    """Let another operator's draft go live when it is wanted.

    Raises TemplateUnknown, StepRefused, SamePerson and what looking up the operator raises; so do the others here.
    """
    template, version = _waiting(session, code, by, "draft")
    if version.drafted_by == by:
        raise SamePerson
    version.status, version.approved_by, version.approved_at = "approved", by, now
    if template.status == "draft":
        template.status = "approved"
    _note(session, template, "approve", version=version.version, by=by, note=note and checked_note(note), now=now)
    return version


def go_live(session: Session, code: str, *, by: str, now: datetime) -> Template:
    """Issue coupons by the approved version from now on; those issued by the one before stay as they are.

    A paused template stays paused. Raises StockBelowIssued.
    """
    template, version = _waiting(session, code, by, "approved")
    terms = parsed(version.definition)
    if terms.supply.stock is not None and terms.supply.stock < template.issued:
        raise StockBelowIssued(issued=template.issued)
    if template.version is not None:
        _version(session, template, template.version).status = "replaced"
    version.status, version.live_at, template.version = "live", now, version.version
    template.stock = terms.supply.stock
    stock.recount_days(session, template.id, since=shop_day(now))
    template.claimable, template.claim_until = terms.supply.claimable, terms.supply.claim_until
    if template.status in NEVER_LIVE:
        template.status = "live"
    _note(session, template, "live", version=version.version, by=by, note="", now=now)
    return template


def discard(session: Session, code: str, *, by: str, note: str, now: datetime) -> TemplateVersion:
    """Give up a version that is not live yet; it stays readable."""
    template, version = _waiting(session, code, by, *OPEN)
    version.status = "discarded"
    if template.status in NEVER_LIVE:
        template.status = "draft"
    _note(session, template, "discard", version=version.version, by=by, note=checked_note(note), now=now)
    return version


def pause(session: Session, code: str, *, by: str, note: str, now: datetime) -> Template:
    """Issue nothing for a while. Coupons that members have stay good."""
    return _step(session, code, "pause", {"live": "paused"}, by=by, note=note, now=now)


def resume(session: Session, code: str, *, by: str, note: str, now: datetime) -> Template:
    """Issue coupons again."""
    return _step(session, code, "resume", {"paused": "live"}, by=by, note=note, now=now)


def end(session: Session, code: str, *, by: str, note: str, now: datetime) -> Template:
    """Issue nothing ever again. Coupons that members have stay good; a version that waits is discarded."""
    anywhere = dict.fromkeys(("draft", "approved", "live", "paused"), "ended")
    template = _step(session, code, "end", anywhere, by=by, note=note, now=now)
    template.ended_at = now
    if (waiting := _open_version(session, template)) is not None:
        waiting.status = "discarded"
    return template


def _step(
    session: Session, code: str, what: str, leads: dict[str, Any], *, by: str, note: str, now: datetime
) -> Template:
    operators.acting(session, by)
    template = _locked(session, code)
    if template.status not in leads:
        raise StepRefused(status=TEMPLATE_WORDS[template.status])
    template.status = leads[template.status]
    _note(session, template, what, version=template.version, by=by, note=checked_note(note), now=now)
    return template


def _new(session: Session, code: str, now: datetime) -> Template:
    template = Template(code=code, created_at=now, status="draft", issued=0, position=0)
    session.add(template)
    session.flush()  # versions and decisions refer to it
    return template


def _found(session: Session, code: str) -> Template | None:
    mine = select(Template).where(Template.code == code).with_for_update()
    return session.scalar(mine.execution_options(populate_existing=True))


def _locked(session: Session, code: str) -> Template:
    template = _found(session, code)
    if template is None:
        raise TemplateUnknown
    return template


def _waiting(session: Session, code: str, by: str, *statuses: str) -> tuple[Template, TemplateVersion]:
    """The template, locked, and its version that is not live yet and stands at one of the statuses."""
    operators.acting(session, by)
    template = _locked(session, code)
    version = _open_version(session, template)
    if version is None or version.status not in statuses or template.status == "ended":
        raise StepRefused(status=TEMPLATE_WORDS[version.status if version else template.status])
    return template, version


def _open_version(session: Session, template: Template) -> TemplateVersion | None:
    mine = select(TemplateVersion).where(TemplateVersion.template_id == template.id, TemplateVersion.status.in_(OPEN))
    return session.scalar(mine.execution_options(populate_existing=True))


def _version(session: Session, template: Template, number: int) -> TemplateVersion:
    return session.get_one(TemplateVersion, (template.id, number))


def _note(
    session: Session, template: Template, what: str, *, version: int | None, by: str, note: str, now: datetime
) -> None:
    before = select(func.count()).where(TemplateDecision.template_id == template.id)
    no = (session.scalar(before) or 0) + 1
    session.add(
        TemplateDecision(template_id=template.id, no=no, what=what, version=version, by=by, note=note.strip(), at=now)
    )
    session.flush()  # the next decision in this transaction counts this one
