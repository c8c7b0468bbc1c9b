"""What operators decide about an account of points as such, each decision with who, why and when."""

from datetime import date, datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend import points
from backend.adjustments import limits
from backend.adjustments.errors import BeyondAllowance
from backend.adjustments.models import FreezeDecision
from backend.adjustments.rules import checked_note
from backend.points import Lot

SWEEP: Final = "reconcile"  # who froze, where nobody did


def extend_lot(
    session: Session, member_id: int, lot_no: int, *, last_day: date, reason: str, by: str, now: datetime
) -> Lot:
    """Let what is left of a lot be good through a later shop day. It must be of a size that the operator may adjust or
    approve: it is worth those points.

    Raises BeyondAllowance, NoteRefused, points.NoAccount, points.LotUnknown, points.NotLater, points.TooFar and
    what looking up the operator raises.
    """
    account = points.lock(session, member_id, now=now)
    desk = limits.desk(session, by, now=now)
    lot = points.extend(
        session, account, lot_no, last_day=last_day, reason=checked_note(reason), by=desk.login, now=now
    )
    if not (desk.covers("adjust", lot.remaining) or desk.covers("approve", lot.remaining)):
        raise BeyondAllowance
    return lot


def freeze(session: Session, member_id: int, *, reason: str, by: str, now: datetime) -> bool:
    """Let no points out of an account while it is looked into; False when it was frozen before.

    Raises NoteRefused, points.NoAccount and what looking up the operator raises.
    """
    account = points.lock(session, member_id, now=now)
    desk = limits.desk(session, by, now=now)
    if account.frozen_at is not None:
        return False
    _note(session, member_id, "freeze", reason=reason, by=desk.login, now=now)
    points.freeze(session, account, reason=checked_note(reason), now=now)
    return True


def freeze_unsound(session: Session, account: points.Account, *, reason: str, now: datetime) -> None:
    """Freeze a locked account whose books a sweep has found unsound; kept beside what operators decide."""
    _note(session, account.member_id, "freeze", reason=reason, by=SWEEP, now=now)
    points.freeze(session, account, reason=reason, now=now)


def unfreeze(session: Session, member_id: int, *, reason: str, by: str, now: datetime) -> bool:
    """Let a frozen account go on, which is for admins to say; False when it was not frozen.

    Raises BeyondAllowance, NoteRefused, points.NoAccount and what looking up the operator raises.
    """
    account = points.lock(session, member_id, now=now)
    desk = limits.desk(session, by, now=now)
    if desk.role != "admin":
        raise BeyondAllowance
    if account.frozen_at is None:
        return False
    _note(session, member_id, "unfreeze", reason=reason, by=desk.login, now=now)
    points.unfreeze(session, account, now=now)
    return True


def freezes(session: Session, member_id: int, *, limit: int) -> list[FreezeDecision]:
    """Who froze the account and let it go on, newest first."""
    mine = select(FreezeDecision).where(FreezeDecision.member_id == member_id)
    return list(session.scalars(mine.order_by(FreezeDecision.no.desc()).limit(limit)))


def _note(session: Session, member_id: int, what: str, *, reason: str, by: str, now: datetime) -> None:
    before = select(func.count()).where(FreezeDecision.member_id == member_id)
    no = (session.scalar(before) or 0) + 1
    session.add(FreezeDecision(member_id=member_id, no=no, what=what, reason=checked_note(reason), by=by, at=now))
