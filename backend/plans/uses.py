"""Benefits of a membership that were used: whoever grants them notes what they were worth, once, and may undo it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.plans import queries
from backend.plans.errors import UseReused
from backend.plans.models import PlanUse
from backend.points import Source


def note_use(
    session: Session, member_id: int, benefit: str, *, worth_fen: int, source: Source, now: datetime
) -> PlanUse | None:
    """Note that a benefit was used, with the membership in force that gives it and ends soonest; None where none does.

    The account is locked. The same source again is the same use. Raises UseReused where its worth is another.
    """
    mine = PlanUse.source_kind == source.kind, PlanUse.source_id == str(source.id)
    if (before := session.scalar(select(PlanUse).where(*mine))) is not None:
        if (before.benefit, before.worth_fen) != (benefit, worth_fen):
            raise UseReused
        return before
    good = (one for one in queries.memberships(session, member_id, now=now) if one.is_good_at(now))
    order = next((one for one in good if benefit in one.plan.benefits), None)
    if order is None:
        return None
    use = PlanUse(
        order_id=order.id,
        benefit=benefit,
        source_kind=source.kind,
        source_id=str(source.id),
        worth_fen=worth_fen,
        used_at=now,
    )
    session.add(use)
    session.flush()  # asked for again in this transaction
    return use


def undo_use(session: Session, *, source: Source, now: datetime) -> None:
    """A use was a mistake, or is reversed; one that was never noted is none."""
    mine = PlanUse.source_kind == source.kind, PlanUse.source_id == str(source.id)
    found = session.scalar(select(PlanUse).where(*mine).with_for_update())
    if found is not None and found.undone_at is None:
        found.undone_at = now
