"""What becomes of an invitation when its time has come: paid, looked at by people, or taken back."""

from datetime import datetime
from random import Random
from typing import Literal

from sqlalchemy.orm import Session

from backend import members, points, purchases, risk
from backend.kit.facts import announce
from backend.members import Member
from backend.referrals import book
from backend.referrals.facts import ReferralInReview, ReferralRefused
from backend.referrals.models import Invitation
from backend.referrals.paying import Payment, pay, take_back
from backend.referrals.qualifying import bill_of, counts, forget_purchase

Outcome = Literal["rewarded", "review", "refused", "returned", "lapsed", "joined", "nothing"]

HOUSE = "baihui"
INVITER_BLOCKED = "邀请人已被限制参与邀请活动"


def settle(session: Session, newcomer_id: int, *, rng: Random, now: datetime) -> Outcome:
    """Do what is due for a newcomer's invitation at `now`, once, whoever else does the same at this moment.

    Both sides are paid in this one transaction. What looks suspicious is never paid by this: it waits for people.
    """
    payment = locked(session, newcomer_id, rng=rng, now=now)
    if payment is None:
        return _lapse_if_left(session, newcomer_id, now)
    if payment.row.due_at is None or payment.row.due_at > now:
        return "nothing"
    if payment.row.state == "returning":
        take_back(session, payment)
        return "returned"
    return _judge(session, payment)


def locked(session: Session, newcomer_id: int, *, rng: Random, now: datetime) -> Payment | None:
    """A newcomer's invitation with the accounts of both sides locked in the order of their ids, and read anew.

    None where there is none, or one of the two has left, or the inviter became another meanwhile.
    """
    seen = session.get(Invitation, newcomer_id)
    if seen is None:
        return None
    inviter_id = members.survivor(session, members.get(session, seen.inviter_id)).id
    try:
        inviter, newcomer = points.lock_both(session, inviter_id, newcomer_id, now=now)
    except (points.AccountClosed, ValueError):
        return None
    row = session.get(Invitation, newcomer_id, with_for_update=True, populate_existing=True)
    if row is None or members.survivor(session, members.get(session, row.inviter_id)).id != inviter_id:
        return None
    row.inviter_id = inviter_id
    return Payment(row, inviter, newcomer, book.of_version(session, row.book_version), rng, now)


def refuse_row(session: Session, row: Invitation, *, by: str, reason: str, now: datetime) -> None:
    """Let an invitation be rewarded by nobody, for good; its inviter is told why."""
    row.state, row.due_at, row.ended_at = "refused", None, now
    row.decided_by, row.decision, row.decided_at = by, reason, now
    announce(session, ReferralRefused(row.inviter_id, row.newcomer_id, row.id, reason, now))


def _judge(session: Session, payment: Payment) -> Outcome:
    row, now = payment.row, payment.now
    if not counts(session, row, payment.rules):
        forget_purchase(session, row, now=now)
        return "joined"
    if _is_blocked(session, row.inviter_id):
        refuse_row(session, row, by=HOUSE, reason=INVITER_BLOCKED, now=now)
        return "refused"
    if _looks_suspicious(session, payment):
        return "review"
    pay(session, payment)
    return "rewarded"


def _lapse_if_left(session: Session, newcomer_id: int, now: datetime) -> Outcome:
    """End the invitation of somebody who has left, where closing them did not."""
    row = session.get(Invitation, newcomer_id, with_for_update=True, populate_existing=True)
    if row is None or row.due_at is None:
        return "nothing"
    both = (members.get(session, one) for one in (row.inviter_id, newcomer_id))
    if all(_is_here(session, one) for one in both):
        return "nothing"
    row.state, row.due_at, row.ended_at = "lapsed", None, now
    return "lapsed"


def _is_here(session: Session, member: Member) -> bool:
    return members.survivor(session, member).status in {members.ACTIVE, members.BLOCKED}


def _is_blocked(session: Session, inviter_id: int) -> bool:
    barred = members.get(session, inviter_id).status == members.BLOCKED
    return barred or risk.member_is_blocked(session, inviter_id)


def _looks_suspicious(session: Session, payment: Payment) -> bool:
    row, now = payment.row, payment.now
    rules = risk.live(session, now=now)
    found = risk.assess(risk.evidence(session, _case(session, payment), rules), rules.weights)
    row.score = found.score
    row.reasons = [{"code": one.code, "value": one.value, "weight": one.weight} for one in found.reasons]
    row.flagged = found.score >= rules.refuse_at
    if found.score < rules.review_at:
        return False
    row.state, row.due_at = "review", None
    announce(session, ReferralInReview(row.inviter_id, row.newcomer_id, row.id, now))
    return True


def _case(session: Session, payment: Payment) -> risk.Case:
    row = payment.row
    bought = purchases.detail(session, store_id=row.store_id or 0, order_no=row.order_no or "")
    return risk.Case(
        newcomer_id=row.newcomer_id,
        newcomer_joined_at=row.joined_at,
        inviter_id=row.inviter_id,
        inviter_joined_at=members.get(session, row.inviter_id).joined_at,
        bill=bill_of(row, bought),
        paid_at=bought.purchase.paid_at,
        least_fen=payment.rules.least_fen,
    )
