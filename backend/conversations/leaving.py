"""What is forgotten when a follower leaves the official account, or a member the shop."""

from collections.abc import Sequence

from sqlalchemy import delete
from sqlalchemy.orm import Session

from backend import members
from backend.conversations.models import ChatLine, Conversation, Reply, Window


def forget_follower(session: Session, lost: members.FollowerLost) -> None:
    """WeChat's rule: of who follows no more nothing is kept that was said, and nothing more is sent."""
    _forget(session, [lost.identity_id])
    session.execute(delete(Window).where(Window.identity_id == lost.identity_id))


def forget_member(session: Session, ending: members.MembershipEnding) -> None:
    """Of a member who leaves nothing is kept that was said; who goes on following may still be answered."""
    _forget(session, members.identity_ids(session, ending.member_id))


def _forget(session: Session, identity_ids: Sequence[int]) -> None:
    for table in (Reply, ChatLine, Conversation):
        session.execute(delete(table).where(table.identity_id.in_(identity_ids)))
