"""Members as persons: several memberships of one person are one, and began with the first of them."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from backend import members
from backend.members import Member


def first_joined(session: Session, member_id: int) -> tuple[datetime, int]:
    """When the person behind a member first joined, and as which member."""
    cards = select(Member.joined_at, Member.id).where(or_(Member.id == member_id, Member.merged_into == member_id))
    joined_at, first_id = session.execute(cards.order_by(Member.joined_at, Member.id).limit(1)).one()
    return joined_at, first_id


def names(session: Session, member_ids: Collection[int]) -> dict[int, str]:
    """The masked names of members, by one statement; of who has left no more than that."""
    rows = session.scalars(select(Member).where(Member.id.in_(set(member_ids))))
    return {row.id: members.masked_name(session, row) for row in rows}
