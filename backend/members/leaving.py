"""A member who has left is forgotten; the card number stays taken, and the books keep their figures."""

from sqlalchemy import delete, select, true, update
from sqlalchemy.orm import Session

from backend.members.models import CLOSED, Identity, Member


def erase(session: Session, member: Member) -> None:
    """Close a member whose row is locked, and forget what is personal, of the members it had absorbed too.

    The phone and the WeChat account are free to join anew. Who follows the official account goes on following it, as
    anybody may who is no member; every other identity is forgotten, and tokens of it are good no more.
    """
    absorbed = select(Member).where(Member.merged_into == member.id).with_for_update()
    for row in (member, *session.scalars(absorbed)):
        row.phone_sealed = row.phone_index = row.nickname_sealed = row.birthday_sealed = row.birthday_index = None
        row.unionid = row.join_scene = None
        row.gender, row.birthday_calendar = "unknown", "solar"
    member.status = CLOSED
    mine = Identity.member_id == member.id
    session.execute(update(Identity).where(mine, Identity.follows == true()).values(member_id=None))
    session.execute(delete(Identity).where(mine))
