"""The codes by which members invite: made when first asked for, never changed."""

from datetime import datetime
from random import Random

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend import members
from backend.members import Member
from backend.referrals.models import InviteCode
from backend.referrals.rules import invite_code, typed_code


def code_of(session: Session, member_id: int) -> str | None:
    """The code of a member, the oldest of several; None where none was made yet."""
    mine = select(InviteCode.code).where(InviteCode.member_id == member_id)
    return session.scalar(mine.order_by(InviteCode.made_at, InviteCode.code).limit(1))


def make_code(session: Session, member_id: int, *, rng: Random, now: datetime) -> str:
    """The code of a member, made now where there is none."""
    members.locked(session, member_id)  # so that two calls make one
    known = code_of(session, member_id)
    if known is not None:
        return known
    code = invite_code(rng)
    while session.get(InviteCode, code) is not None:
        code = invite_code(rng)
    session.add(InviteCode(code=code, member_id=member_id, made_at=now))
    session.flush()  # whoever invites by it at once is found
    return code


def owner_of(session: Session, text: str) -> Member | None:
    """The member who invites by what somebody typed; None where nobody does."""
    code = typed_code(text)
    found = session.get(InviteCode, code) if code is not None else None
    return members.survivor(session, members.get(session, found.member_id)) if found is not None else None


def move_codes(session: Session, gone_id: int, into_id: int) -> None:
    """Both codes lead to the one."""
    session.execute(update(InviteCode).where(InviteCode.member_id == gone_id).values(member_id=into_id))
