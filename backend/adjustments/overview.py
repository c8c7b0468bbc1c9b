"""What there is to see of grants."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.adjustments.errors import GrantUnknown
from backend.adjustments.models import Grant, GrantDecision, GrantRow
from backend.adjustments.rules import DONE, FAILED, KEPT, REVERSED, TURNS, WAITING

NONE: Final = (0, 0)


@dataclass(frozen=True)
class Progress:
    """How many members of a grant stand where, and the points that were given and are not taken back."""

    members: int
    waiting: int
    done: int
    failed: int
    reversed: int
    kept: int
    points: int


def grant(session: Session, grant_id: int) -> Grant:
    """A grant. Raises GrantUnknown."""
    found = session.get(Grant, grant_id)
    if found is None:
        raise GrantUnknown
    return found


def grants_page(
    session: Session, *, status: str | None = None, before_id: int | None = None, limit: int
) -> list[Grant]:
    """Grants, newest first, of one status or of all, from before an id on."""
    rows = select(Grant).order_by(Grant.id.desc()).limit(limit)
    if status is not None:
        rows = rows.where(Grant.status == status)
    if before_id is not None:
        rows = rows.where(Grant.id < before_id)
    return list(session.scalars(rows))


def under_way(session: Session, *, limit: int) -> list[int]:
    """The oldest grants that run or are being reversed."""
    running = select(Grant.id).where(Grant.status.in_(TURNS))
    return list(session.scalars(running.order_by(Grant.id).limit(limit)))


def progress(session: Session, grant_id: int) -> Progress:
    """How far a grant is, counted anew from its rows."""
    rows = select(GrantRow.status, func.count(), func.sum(GrantRow.points)).where(GrantRow.grant_id == grant_id)
    found = {status: (count, int(total)) for status, count, total in session.execute(rows.group_by(GrantRow.status))}
    return Progress(
        members=sum(count for count, _ in found.values()),
        waiting=found.get(WAITING, NONE)[0],
        done=found.get(DONE, NONE)[0],
        failed=found.get(FAILED, NONE)[0],
        reversed=found.get(REVERSED, NONE)[0],
        kept=found.get(KEPT, NONE)[0],
        points=found.get(DONE, NONE)[1] + found.get(KEPT, NONE)[1],
    )


def grant_rows(
    session: Session, grant_id: int, *, status: str | None = None, after_member_id: int = 0, limit: int
) -> list[GrantRow]:
    """Rows of a grant by ascending member id, of one status or of all, from behind a member on."""
    rows = select(GrantRow).where(GrantRow.grant_id == grant_id, GrantRow.member_id > after_member_id)
    if status is not None:
        rows = rows.where(GrantRow.status == status)
    return list(session.scalars(rows.order_by(GrantRow.member_id).limit(limit)))


def decisions(session: Session, grant_id: int, *, limit: int) -> list[GrantDecision]:
    """Who decided what about a grant, newest first."""
    mine = select(GrantDecision).where(GrantDecision.grant_id == grant_id)
    return list(session.scalars(mine.order_by(GrantDecision.no.desc()).limit(limit)))
