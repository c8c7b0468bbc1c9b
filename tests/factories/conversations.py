from datetime import datetime

from sqlalchemy.orm import Session

from backend import conversations
from backend.conversations import Conversation, Why
from backend.members import Identity
from tests.factories.members import make_follower
from tests.support.clocks import MORNING


def make_words(session: Session, identity: Identity, text: str = "有人吗", *, now: datetime = MORNING) -> None:
    """Something that a follower wrote."""
    conversations.hear(session, identity.id, kind="text", text=text, at=now, now=now)
    session.flush()


def make_conversation(
    session: Session, *, identity: Identity | None = None, by: str | None = None, now: datetime = MORNING
) -> Conversation:
    """A follower who wrote and waits for people, or is with an operator."""
    identity = identity or make_follower(session, now=now)
    session.flush()
    make_words(session, identity, now=now)
    mine = conversations.call_people(session, identity.id, why=Why.ASKED, now=now)
    if by:
        conversations.take(session, mine.id, by=by, now=now)
    session.flush()
    return mine
