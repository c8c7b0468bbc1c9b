"""Who invited whom: bound once, at joining or shortly after it; the first wins."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from backend import members, points, risk
from backend.kit.errors import DomainError
from backend.kit.facts import announce
from backend.kit.ids import new_id
from backend.members import Member, MemberJoined
from backend.referrals import book
from backend.referrals.codes import owner_of
from backend.referrals.errors import CodeUnknown, InvitedBefore, NoNewcomer, NotRunning, OwnCode, TooLate
from backend.referrals.facts import InvitationIgnored
from backend.referrals.models import Invitation, Via
from backend.referrals.people import first_joined
from backend.referrals.rules import came_before
from backend.referrals.staff import note_staff_newcomer
from backend.sharing import JoinedByShare


@dataclass(frozen=True)
class _Rules:
    version: int
    book: book.ReferralBook


def bind_joined(session: Session, joined: MemberJoined) -> None:
    """Bind who has just joined to who invited them; what leads to nobody is told and fails nothing.

    An employee's code is put down to the employee, whom the store rewards.
    """
    said = joined.invite_code or joined.scene
    if said is None or note_staff_newcomer(session, joined):
        return
    inviter = owner_of(session, said)
    if inviter is None and joined.invite_code is None:
        return  # a scene that is none of ours
    try:
        via: Via = "code" if joined.invite_code is not None else "scene"
        _bind(session, inviter, joined.member_id, via=via, now=joined.at)
    except DomainError as refused:
        announce(session, InvitationIgnored(joined.member_id, refused.detail, joined.at))


def bind_by_share(session: Session, joined: JoinedByShare) -> None:
    """Bind who joined by what a member shared, unless a code said who invited them, or the member cannot have."""
    sharer = members.survivor(session, members.get(session, joined.sharer_id))
    with suppress(DomainError):
        _bind(session, sharer, joined.newcomer_id, via="share", now=joined.at)


def bind_late(session: Session, member_id: int, text: str, *, now: datetime) -> Invitation:
    """Bind a member who enters a code after joining, while the rules allow it.

    Raises NotRunning, TooLate, CodeUnknown, OwnCode, InvitedBefore, NoNewcomer.
    """
    points.lock(session, member_id, now=now)
    rules = _running(session, now)
    joined_at = members.get(session, member_id).joined_at
    if now >= joined_at + timedelta(hours=rules.book.late_hours):
        raise TooLate
    return _bind(session, owner_of(session, text), member_id, via="late", now=now)


def _bind(session: Session, inviter: Member | None, newcomer_id: int, *, via: Via, now: datetime) -> Invitation:
    rules = _running(session, now)
    if inviter is None or inviter.status != members.ACTIVE or risk.member_is_blocked(session, inviter.id):
        raise CodeUnknown
    if inviter.id == newcomer_id:
        raise OwnCode
    points.lock(session, newcomer_id, now=now)  # whatever is decided of the newcomer's invitation waits for this
    if session.get(Invitation, newcomer_id, populate_existing=True) is not None:
        raise InvitedBefore
    newcomer = members.get(session, newcomer_id)
    first = first_joined(session, newcomer_id)
    was_here = first != (newcomer.joined_at, newcomer.id) or risk.has_left_before(session, newcomer_id)
    if was_here or not came_before(first_joined(session, inviter.id), first):
        raise NoNewcomer
    made = Invitation(
        newcomer_id=newcomer_id,
        id=new_id(),
        inviter_id=inviter.id,
        via=via,
        state="joined",
        book_version=rules.version,
        joined_at=newcomer.joined_at,
        bound_at=now,
        buy_until=newcomer.joined_at + timedelta(days=rules.book.buy_within_days),
    )
    session.add(made)
    session.flush()  # whoever binds the same newcomer meets it
    return made


def _running(session: Session, now: datetime) -> _Rules:
    version, rules = book.live(session, now=now)
    if not rules.running:
        raise NotRunning
    return _Rules(version, rules)
