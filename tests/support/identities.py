"""Which WeChat users a member is."""

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from backend.members.models import MINI_PROGRAM, Identity


def official_account_identity(session: Session, member_id: int) -> Identity | None:
    """The identity that messages of the official account reach: of those that follow the one who followed last."""
    following = select(Identity).where(Identity.member_id == member_id, Identity.follows == true())
    return session.scalar(following.order_by(Identity.followed_at.desc(), Identity.id.desc()).limit(1))


def mini_program_identity(session: Session, member_id: int) -> Identity | None:
    """The mini-program identity the member was seen with last."""
    mine = select(Identity).where(Identity.member_id == member_id, Identity.kind == MINI_PROGRAM)
    return session.scalar(mine.order_by(Identity.seen_at.desc(), Identity.id.desc()).limit(1))
