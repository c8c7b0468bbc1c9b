from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.kit.facts import announce
from backend.kit.ids import new_id
from backend.members.errors import IdentityUnknown
from backend.members.facts import FollowerLost
from backend.members.models import CLOSED, OFFICIAL_ACCOUNT, Identity, Member
from backend.members.queries import locked_survivor


def sign_in(session: Session, *, kind: str, appid: str, openid: str, unionid: str | None, now: datetime) -> Identity:
    """Know a WeChat user of one appid, new or not, and bind it to the member who has the same unionid, if any.

    A missing `unionid` does not take away one that is known. Parallel first calls meet on a unique constraint.
    """
    identity = _by_openid(session, appid, openid)
    if identity is None:
        identity = Identity(id=new_id(), kind=kind, appid=appid, openid=openid)
        session.add(identity)
    identity.seen_at = now
    _learn(session, identity, unionid)
    return identity


def follow(session: Session, *, appid: str, openid: str, unionid: str | None, now: datetime) -> Identity:
    """The user follows the official account; messages may be sent from now on."""
    identity = sign_in(session, kind=OFFICIAL_ACCOUNT, appid=appid, openid=openid, unionid=unionid, now=now)
    identity.follows, identity.followed_at = True, now
    return identity


def unfollow(session: Session, *, appid: str, openid: str, now: datetime) -> None:
    """The user follows no more: who is a member stays known as one, anybody else is forgotten.

    A user never seen here is not made known by leaving.
    """
    identity = _by_openid(session, appid, openid)
    if identity is None:
        return
    followed = identity.follows
    identity.follows, identity.unfollowed_at, identity.seen_at = False, now, now
    if followed:
        announce(session, FollowerLost(identity.id, now))
    if identity.member_id is None:
        session.delete(identity)


def learn_unionid(session: Session, identity_id: int, unionid: str, *, now: datetime) -> Identity:
    """A unionid that came later than the identity: bind as `sign_in` does. Raises IdentityUnknown."""
    identity = session.get(Identity, identity_id, with_for_update=True, populate_existing=True)
    if identity is None:
        raise IdentityUnknown
    identity.seen_at = now
    _learn(session, identity, unionid)
    return identity


def lock_person(session: Session, identity: Identity) -> list[Identity]:
    """Lock the identity and all that share its unionid, in index order, and read them anew.

    Raises IdentityUnknown when it has been forgotten meanwhile, with a member who left.
    """
    session.flush()  # a row of ours must be there before the scan: of two arrivals one then waits and sees the other
    same_person = Identity.unionid == identity.unionid if identity.unionid else Identity.id == identity.id
    found = select(Identity).where(same_person).order_by(Identity.id).with_for_update()
    siblings = list(session.scalars(found.execution_options(populate_existing=True)))
    if identity not in siblings:
        raise IdentityUnknown
    return siblings


def bind_person(session: Session, identity: Identity) -> None:
    """Bind the unbound among the identities of one unionid to its member, and tell the member its unionid.

    The member is the one recorded with the unionid, else the oldest that one of the identities is bound to. Identities
    that are bound already stay where they are.
    """
    siblings = lock_person(session, identity)
    if identity.unionid is None:
        return
    owner, unbound = _owner(session, identity.unionid, siblings), [one for one in siblings if one.member_id is None]
    if owner is None or (owner.unionid is not None and not unbound):
        return
    owner = locked_survivor(session, owner.id)
    if owner.status == CLOSED:
        return
    for sibling in unbound:
        sibling.member_id = owner.id
    if owner.unionid is None:
        owner.unionid = identity.unionid


def _learn(session: Session, identity: Identity, unionid: str | None) -> None:
    news = unionid is not None and unionid != identity.unionid
    if news:
        identity.unionid = unionid
    if identity.unionid is not None and (news or identity.member_id is None):
        bind_person(session, identity)


def _owner(session: Session, unionid: str, siblings: list[Identity]) -> Member | None:
    named = session.scalar(select(Member).where(Member.unionid == unionid))
    if named is not None:
        return named
    bound = [sibling.member_id for sibling in siblings if sibling.member_id is not None]
    return session.get(Member, min(bound)) if bound else None


def _by_openid(session: Session, appid: str, openid: str) -> Identity | None:
    # locked, because it may be forgotten at this moment with a member who leaves
    known = select(Identity).where(Identity.appid == appid, Identity.openid == openid).with_for_update()
    return session.scalar(known.execution_options(populate_existing=True))
