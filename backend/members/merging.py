"""Two members who are one person. Points, tier and all else are moved by their own domains."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from backend.kit.pii import vault
from backend.members.models import MERGED, Identity, Member
from backend.members.queries import locked, place


def lock_two(session: Session, one_id: int, other_id: int) -> tuple[Member, Member]:
    """The rows of two members, locked always in the same order and read anew. Raises MemberUnknown."""
    found = {member_id: locked(session, member_id) for member_id in sorted((one_id, other_id))}
    return found[one_id], found[other_id]


def absorb(session: Session, gone: Member, into: Member) -> None:
    """Let `into` stand for both, whose rows are locked: it gets the identities, and what its own profile lacks.

    Card and phone of the gone one lead to it from now on, and so do those that led to the gone one.
    """
    session.execute(update(Identity).where(Identity.member_id == gone.id).values(member_id=into.id))
    session.execute(update(Member).where(Member.merged_into == gone.id).values(merged_into=into.id))
    unionid, gone.unionid = gone.unionid, None
    into.birthday_index, gone.birthday_index = into.birthday_index or gone.birthday_index, None
    if into.birthday_sealed is None:
        into.birthday_calendar = gone.birthday_calendar
    gone.birthday_calendar = "solar"
    for column in ("nickname", "birthday"):
        _hand_over(session, column, gone, into)
    if into.gender == "unknown":
        into.gender = gone.gender
    into.profile_completed_at = into.profile_completed_at or gone.profile_completed_at
    gone.status, gone.merged_into = MERGED, into.id
    session.flush()  # the unionid stands once, also between two rows of one flush
    into.unionid = into.unionid or unionid


def _hand_over(session: Session, column: str, gone: Member, into: Member) -> None:
    sealed: bytes | None = getattr(gone, f"{column}_sealed")
    if sealed is not None and getattr(into, f"{column}_sealed") is None:
        text = vault(session).open(sealed, place(column, gone.id))
        setattr(into, f"{column}_sealed", vault(session).seal(text, place(column, into.id)))
    setattr(gone, f"{column}_sealed", None)
