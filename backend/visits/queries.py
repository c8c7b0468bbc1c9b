from collections.abc import Sequence
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from backend.members import ACTIVE, Member
from backend.visits.models import MemberVisit

Since = tuple[date, int]
"""Since when nothing happened, and the member: what a walk over those who stay away is ordered by."""


def stayed_away(
    session: Session, *, asked: int, since: date, not_asked_since: date, after: Since | None = None, limit: int
) -> Sequence[Since]:
    """Active members who were asked back `asked` times and with whom nothing happened since the end of a day.

    Who was asked after `not_asked_since`, though they have been here after that, is left out. Longest first, from
    behind one on.
    """
    quiet = MemberVisit.asked == asked, MemberVisit.quiet_since <= since
    rarely = or_(MemberVisit.asked_on.is_(None), MemberVisit.asked_on <= not_asked_since)
    found = select(MemberVisit.quiet_since, MemberVisit.member_id).join(Member, Member.id == MemberVisit.member_id)
    found = found.where(*quiet, rarely, Member.status == ACTIVE)
    if after is not None:
        day, member_id = after
        same_day = (MemberVisit.quiet_since == day) & (MemberVisit.member_id > member_id)
        found = found.where(MemberVisit.quiet_since >= day, or_(MemberVisit.quiet_since > day, same_day))
    rows = session.execute(found.order_by(MemberVisit.quiet_since, MemberVisit.member_id).limit(limit))
    return [(day, member_id) for day, member_id in rows]
