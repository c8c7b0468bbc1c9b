"""How messages reach many members at once; one statement each."""

from collections.abc import Collection
from dataclasses import dataclass, field

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from backend.kit.pii import vault
from backend.members.models import ACTIVE, Identity, Member
from backend.members.queries import place


@dataclass(frozen=True)
class Follower:
    """Somebody who follows an official account."""

    id: int
    openid: str = field(repr=False)


def following_identities(session: Session, member_ids: Collection[int], *, appid: str) -> dict[int, Follower]:
    """The identities of those members who follow an official account; of several of one the one who followed last."""
    following = select(Identity.member_id, Identity.id, Identity.openid).where(
        Identity.member_id.in_(set(member_ids)), Identity.appid == appid, Identity.follows == true()
    )
    rows = session.execute(following.order_by(Identity.followed_at, Identity.id))
    return {row.member_id: Follower(row.id, row.openid) for row in rows}


def phones(session: Session, member_ids: Collection[int]) -> dict[int, str]:
    """The numbers of those of these members who are active, opened: for who writes to them, and for no screen."""
    sealed = select(Member.id, Member.phone_sealed).where(
        Member.id.in_(set(member_ids)), Member.phone_sealed.is_not(None), Member.status == ACTIVE
    )
    opened = vault(session).open
    return {
        member_id: opened(phone, place("phone", member_id))
        for member_id, phone in session.execute(sealed)
        if phone is not None
    }
