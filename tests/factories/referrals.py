"""Inviters, newcomers, and what becomes of their invitations."""

from datetime import datetime, timedelta
from random import Random

from sqlalchemy.orm import Session

from backend import members, referrals
from backend.members import Member
from backend.referrals import Invitation
from tests.factories.books import change_book
from tests.factories.members import make_application, make_identity, make_member
from tests.factories.purchases import make_purchase, make_store
from tests.support.clocks import MORNING

LONG_BEFORE = MORNING - timedelta(days=100)
DUE = MORNING + timedelta(days=9)  # the return window of what is bought on the morning has passed
CODE = "ABCDEFGH"


def make_inviter(session: Session, *, now: datetime = LONG_BEFORE, **parts: object) -> Member:
    """A member for long, with a code."""
    member = make_member(session, now=now, **parts)  # type: ignore[arg-type]
    referrals.make_code(session, member.id, rng=Random(member.id), now=now)
    return member


def make_newcomer(session: Session, code: str | None, *, now: datetime = MORNING, **parts: object) -> Member:
    """Somebody who joins by a code."""
    identity = make_identity(session, now=now)
    application = make_application(invite_code=code, **parts)
    return members.join(session, identity.id, application=application, rng=Random(identity.id), now=now).member


def make_friend(session: Session, inviter: Member, *, now: datetime = MORNING, **parts: object) -> Member:
    """Somebody whom a member invited."""
    session.flush()
    return make_newcomer(session, referrals.code_of(session, inviter.id), now=now, **parts)


def make_bought(
    session: Session, inviter: Member, *fen: int, store_id: int | None = None, now: datetime = MORNING
) -> Invitation:
    """An invitation whose newcomer has bought, slowly and for more than is wanted."""
    friend = make_friend(session, inviter, now=now - timedelta(hours=2))
    store_id = store_id or make_store(session).id
    make_purchase(session, *(fen or (18_800,)), store_id=store_id, member_id=friend.id, now=now)
    session.flush()
    return session.get_one(Invitation, friend.id)


def suspect_everybody(session: Session, *, now: datetime = LONG_BEFORE) -> None:
    """Let whatever is bought be looked at by people."""
    change_book(
        session,
        "risk",
        now=now,
        review_at=1,
        signals=[{"code": "fresh-inviter", "at": 3650, "weight": 60}],
    )


def settle(session: Session, row: Invitation, *, now: datetime = DUE) -> str:
    done = referrals.settle(session, row.newcomer_id, rng=Random(1), now=now)
    session.flush()
    return done
