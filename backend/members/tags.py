"""Words that the shop puts to members, for rules and segments to ask for."""

from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from backend.kit.errors import Conflict, Invalid
from backend.members.facts import MembershipClosed, MembersMerged
from backend.members.models import MemberTag
from backend.members.queries import locked
from backend.members.rules import is_plain

LONGEST_TAG: Final = 32
MOST_TAGS: Final = 100


class TagRefused(Invalid):
    """A tag is 1 to 32 visible characters on one line."""

    code = "members.tag-refused"
    message = "标签为 1 至 32 个字符，且不能含有特殊控制字符"


class TooManyTags(Conflict):
    """The member has as many tags as anybody may have."""

    code = "members.too-many-tags"
    message = "每位会员最多 100 个标签"


def tag(session: Session, member_id: int, word: str) -> None:
    """Put a tag to a member; who has it keeps it. Raises MemberUnknown, TagRefused, TooManyTags."""
    word = _checked(word)
    locked(session, member_id)  # so that two at once count each other
    own = tags_of(session, member_id)
    if word in own:
        return
    if len(own) >= MOST_TAGS:
        raise TooManyTags
    session.add(MemberTag(member_id=member_id, tag=word))


def untag(session: Session, member_id: int, word: str) -> None:
    """Take a tag from a member; who does not have it is left alone. Raises MemberUnknown."""
    locked(session, member_id)
    session.execute(delete(MemberTag).where(MemberTag.member_id == member_id, MemberTag.tag == word.strip()))


def tags_of(session: Session, member_id: int) -> frozenset[str]:
    """The tags of a member."""
    return frozenset(session.scalars(select(MemberTag.tag).where(MemberTag.member_id == member_id)))


def merge_tags(session: Session, merged: MembersMerged) -> None:
    """The survivor has the tags of both."""
    own, theirs = tags_of(session, merged.into_id), tags_of(session, merged.gone_id)
    session.execute(delete(MemberTag).where(MemberTag.member_id == merged.gone_id))
    session.add_all(MemberTag(member_id=merged.into_id, tag=word) for word in sorted(theirs - own))


def drop_tags(session: Session, closed: MembershipClosed) -> None:
    """Nothing is remembered of who has left."""
    session.execute(delete(MemberTag).where(MemberTag.member_id == closed.member_id))


def _checked(word: str) -> str:
    stripped = word.strip()
    if not is_plain(stripped) or not 1 <= len(stripped) <= LONGEST_TAG:
        raise TagRefused
    return stripped
