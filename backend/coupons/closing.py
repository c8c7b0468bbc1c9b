"""What operators decide about coupons that tills took offline and that could not be redeemed any more."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend import operators
from backend.coupons.disputed import ConflictDecision, ConflictNote, ConflictStep, RedemptionConflict
from backend.coupons.errors import StepRefused
from backend.coupons.models import Coupon
from backend.coupons.rules import checked_note
from backend.kit.errors import NotFound

CONFLICT_WORDS: Final[dict[ConflictDecision, str]] = {
    "store-bears": "门店承担",
    "mall-bears": "商场承担",
    "recovered": "已向会员追回",
    "mistaken": "门店录入有误",
}


class ConflictUnknown(NotFound):
    """There is no such conflict."""

    code = "coupons.conflict-unknown"
    message = "没有找到该核销冲突"


def close_conflict(
    session: Session, conflict_id: int, decision: ConflictDecision, *, note: str, by: str, now: datetime
) -> RedemptionConflict:
    """Settle who bears a conflict, or that there was none. So decided again, it changes nothing.

    Raises ConflictUnknown, NoteRefused, StepRefused for one that is closed otherwise, and what looking up the operator
    raises; so does reopening.
    """
    found, why = _locked(session, conflict_id, by), checked_note(note)
    if found.decision not in {None, decision}:
        raise StepRefused(status=CONFLICT_WORDS[found.decision])
    if found.decision is None:
        found.decision = decision
        _note(session, found, decision, why, by=by, now=now)
    return found


def reopen_conflict(session: Session, conflict_id: int, *, note: str, by: str, now: datetime) -> RedemptionConflict:
    """Take a decision back; that it was made stays written. An open one is left as it is."""
    found, why = _locked(session, conflict_id, by), checked_note(note)
    if found.decision is not None:
        found.decision = None
        _note(session, found, "reopened", why, by=by, now=now)
    return found


def conflicts(
    session: Session, *, closed: bool = False, before_id: int | None = None, limit: int
) -> Sequence[RedemptionConflict]:
    """What nobody has decided about yet, with `closed` all there is, newest first, from before an id on."""
    told = select(RedemptionConflict).order_by(RedemptionConflict.id.desc()).limit(limit)
    if not closed:
        told = told.where(RedemptionConflict.decision.is_(None))
    if before_id is not None:
        told = told.where(RedemptionConflict.id < before_id)
    return session.scalars(told, execution_options={"populate_existing": True}).all()


def conflict_notes(session: Session, conflict_ids: Sequence[int]) -> Sequence[ConflictNote]:
    """All that was decided about some conflicts, by conflict, the first decision first."""
    made = select(ConflictNote).where(ConflictNote.conflict_id.in_(conflict_ids))
    return session.scalars(made.order_by(ConflictNote.conflict_id, ConflictNote.no)).all()


def conflict_members(session: Session, found: Sequence[RedemptionConflict]) -> dict[int, int]:
    """Whose the coupons of conflicts are, by coupon."""
    theirs = select(Coupon.id, Coupon.member_id).where(Coupon.id.in_([one.coupon_id for one in found]))
    return dict(session.execute(theirs).all())


def _locked(session: Session, conflict_id: int, by: str) -> RedemptionConflict:
    operators.acting(session, by)
    mine = select(RedemptionConflict).where(RedemptionConflict.id == conflict_id).with_for_update()
    found = session.scalar(mine.execution_options(populate_existing=True))
    if found is None:
        raise ConflictUnknown
    return found


def _note(
    session: Session, found: RedemptionConflict, what: ConflictStep, note: str, *, by: str, now: datetime
) -> None:
    before = session.scalar(select(func.count()).where(ConflictNote.conflict_id == found.id)) or 0
    session.add(ConflictNote(conflict_id=found.id, no=before + 1, what=what, note=note, by=by, at=now))
    session.flush()  # the next one in this transaction counts this one
