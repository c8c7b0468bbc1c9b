from datetime import datetime

from sqlalchemy.orm import Session

from backend import members, points, tiers


def member_of(session: Session, member_id: int | None) -> members.Member | None:
    """The member of a sale, or the one it has become; None for a sale without one. Raises members.MemberUnknown."""
    return None if member_id is None else members.survivor(session, members.get(session, member_id))


def account_of(session: Session, member_id: int | None, *, now: datetime) -> points.Account | None:
    """The locked account of a member, or of the one it has become; None without a member, and of one who has left.

    Raises points.NoAccount.
    """
    if member_id is None:
        return None
    try:
        return points.lock(session, member_id, now=now)
    except points.AccountClosed:
        member = members.get(session, member_id)
        session.refresh(member)  # it may have become one with another while we waited
        heir = members.survivor(session, member)
        return None if heir is member else account_of(session, heir.id, now=now)


def standing_of(session: Session, member: members.Member | None, *, now: datetime) -> tiers.Standing | None:
    """Where the member of a sale stands, None without a member. Raises members.Blocked, members.Closed."""
    return tiers.standing(session, members.active(member).id, now=now) if member else None
