"""People decide on what looks suspicious: once, with a reason, for good."""

from datetime import datetime
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.referrals.errors import DecidedBefore, InvitationUnknown, ReasonRefused
from backend.referrals.models import LONGEST_REASON, Invitation
from backend.referrals.paying import Payment, pay
from backend.referrals.settling import locked, refuse_row


def accept(session: Session, invitation_id: int, *, by: str, reason: str, rng: Random, now: datetime) -> Invitation:
    """Reward an invitation that was looked at. `by` is an operator's login.

    Raises InvitationUnknown, DecidedBefore, ReasonRefused.
    """
    words = _checked(reason)
    payment = _waiting(session, invitation_id, rng=rng, now=now)
    row = payment.row
    row.decided_by, row.decision, row.decided_at = by, words, now
    pay(session, payment)
    return row


def refuse(session: Session, invitation_id: int, *, by: str, reason: str, rng: Random, now: datetime) -> Invitation:
    """Reward an invitation never; the inviter reads the reason. Raises what `accept` raises."""
    words = _checked(reason)
    row = _waiting(session, invitation_id, rng=rng, now=now).row
    refuse_row(session, row, by=by, reason=words, now=now)
    return row


def _waiting(session: Session, invitation_id: int, *, rng: Random, now: datetime) -> Payment:
    newcomer_id = session.scalar(select(Invitation.newcomer_id).where(Invitation.id == invitation_id))
    if newcomer_id is None:
        raise InvitationUnknown
    payment = locked(session, newcomer_id, rng=rng, now=now)
    if payment is None or payment.row.state != "review":
        raise DecidedBefore
    return payment


def _checked(reason: str) -> str:
    words = reason.strip()
    if not (1 <= len(words) <= LONGEST_REASON and words.isprintable()):
        raise ReasonRefused
    return words
