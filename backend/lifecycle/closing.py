"""A member leaves: asked for, thought over while everything still works, then done for good."""

from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import members, points
from backend.kit.facts import announce
from backend.kit.ids import new_id
from backend.lifecycle import book
from backend.lifecycle.errors import HoldsOpen, NotClosing
from backend.lifecycle.models import Closure
from backend.lifecycle.queries import running
from backend.lifecycle.rules import MOST_HOLDS_SHOWN, checked_reason

ASKED_BY_MEMBER = "会员本人申请"


def ask_to_leave(
    session: Session, member_id: int, *, now: datetime, by: str | None = None, reason: str = ASKED_BY_MEMBER
) -> tuple[Closure, bool]:
    """Begin the time to think again; a blocked member may ask too, and waits longer. A closure that runs stays as it is
    (then False).

    `by` is an operator's login, None when the member asks. Raises ReasonRefused, points.NoAccount.
    """
    points.lock(session, member_id, now=now)
    begun = running(session, member_id)
    if begun is not None:
        return begun, False
    blocked = members.get(session, member_id).status == members.BLOCKED
    closure = Closure(
        id=new_id(),
        member_id=member_id,
        running_for=member_id,
        asked_by=by,
        reason=checked_reason(reason),
        status="running",
        asked_at=now,
        closes_at=now + book.live(session, now=now).cooling_off(blocked=blocked),
    )
    session.add(closure)
    return closure, True


def stay(session: Session, member_id: int, *, now: datetime) -> Closure:
    """Take a closure back; possible until it is done, also when it is due. Raises NotClosing, points.NoAccount."""
    points.lock(session, member_id, now=now)
    closure = running(session, member_id)
    if closure is None:
        raise NotClosing
    _end(closure, "taken-back", now)
    return closure


def close_due(session: Session, closure_id: int, *, now: datetime) -> bool:
    """Close a membership whose closure is due at `now`; False when it was taken back, done before, or is not due.

    Exchanges that wait to be picked up are cancelled first. Raises HoldsOpen while points are set aside for a bill
    that is being paid, points.Frozen while the books are looked into: nothing has changed then, and it stays due.
    """
    member_id = _member_of(session, closure_id)
    try:
        account = points.lock(session, member_id, now=now)
    except points.AccountClosed:
        return False
    closure = running(session, member_id)
    if closure is None or closure.id != closure_id or closure.closes_at > now:
        return False
    if account.frozen_at is not None:
        raise points.Frozen
    announce(session, members.MembershipEnding(member_id, now))
    if account.held:
        raise HoldsOpen(count=len(points.holds(session, member_id, limit=MOST_HOLDS_SHOWN)))
    lost = points.close(session, account, source_id=closure_id, now=now)
    members.erase(session, members.locked(session, member_id))
    announce(session, members.MembershipClosed(member_id, now))
    closure.points, closure.pending, closure.debt = lost.points, lost.pending, lost.debt
    _end(closure, "done", now)
    return True


def _member_of(session: Session, closure_id: int) -> int:
    member_id = session.scalar(select(Closure.member_id).where(Closure.id == closure_id))
    if member_id is None:
        raise NotClosing
    return member_id


def _end(closure: Closure, status: Literal["taken-back", "done"], now: datetime) -> None:
    closure.status, closure.running_for, closure.ended_at = status, None, now
