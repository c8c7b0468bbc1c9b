from datetime import datetime

from sqlalchemy.orm import Session

from backend.kit.facts import announce
from backend.members.facts import ProfileCompleted
from backend.members.models import Member


def note_completion(session: Session, member: Member, *, now: datetime) -> None:
    """Tell once for ever that nickname, birthday and gender of a member are all known."""
    known = None not in (member.nickname_sealed, member.birthday_sealed) and member.gender != "unknown"
    if known and member.profile_completed_at is None:
        member.profile_completed_at = now
        announce(session, ProfileCompleted(member.id, now))
