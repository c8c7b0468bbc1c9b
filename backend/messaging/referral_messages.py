"""What members are told of invitations: rewards of both sides, stages, reviews and what came of them."""

from typing import Final

from sqlalchemy.orm import Session

from backend import members
from backend.messaging.deciding import decide
from backend.messaging.wording import instant
from backend.referrals import (
    InvitationIgnored,
    ReferralInReview,
    ReferralRefused,
    ReferralRewarded,
    ReferralStageReached,
)

NOTHING_NOW: Final = "已计入邀请成绩"
TEMPLATES: Final = {"inviter": "referral_rewarded", "newcomer": "invitee_rewarded"}


def tell_referral_rewarded(session: Session, rewarded: ReferralRewarded) -> None:
    """Decide to tell one side of an invitation what it was given; a newcomer who was given nothing is told nothing."""
    if rewarded.side == "newcomer" and not (rewarded.points or rewarded.coupon):
        return
    words = {
        "friend": _name(session, rewarded.friend_id),
        "reward": reward_words(rewarded.points, rewarded.coupon),
        "at": instant(rewarded.at),
    }
    cause = (str(rewarded.invitation_id),)
    decide(session, rewarded.member_id, TEMPLATES[rewarded.side], words=words, cause=cause, now=rewarded.at)


def tell_referral_stage(session: Session, reached: ReferralStageReached) -> None:
    """Decide to tell an inviter of a stage and what it gave."""
    words = {
        "friends": str(reached.friends),
        "reward": reward_words(reached.points, reached.coupon),
        "at": instant(reached.at),
    }
    cause = (str(reached.friends), reached.at.isoformat())
    decide(session, reached.member_id, "referral_stage", words=words, cause=cause, now=reached.at)


def tell_referral_in_review(session: Session, waiting: ReferralInReview) -> None:
    """Decide to tell an inviter that people look at the invitation first."""
    words = {"friend": _name(session, waiting.newcomer_id), "at": instant(waiting.at)}
    # a purchase that came back may be followed by another that is looked at anew
    cause = (str(waiting.invitation_id), waiting.at.isoformat())
    decide(session, waiting.inviter_id, "referral_in_review", words=words, cause=cause, now=waiting.at)


def tell_referral_refused(session: Session, refused: ReferralRefused) -> None:
    """Decide to tell an inviter that the invitation is not rewarded, and why."""
    words = {"friend": _name(session, refused.newcomer_id), "why": refused.why, "at": instant(refused.at)}
    cause = (str(refused.invitation_id),)
    decide(session, refused.inviter_id, "referral_refused", words=words, cause=cause, now=refused.at)


def tell_invitation_ignored(session: Session, ignored: InvitationIgnored) -> None:
    """Decide to tell a newcomer that what led here was nobody's invitation, and why."""
    words = {"why": ignored.why, "at": instant(ignored.at)}
    decide(session, ignored.member_id, "invitation_ignored", words=words, cause=(), now=ignored.at)


def reward_words(points: int, coupon: str | None) -> str:
    """What was given, as people read it."""
    parts = ([f"{points}积分"] if points else []) + ([f"「{coupon}」"] if coupon else [])
    return "、".join(parts) or NOTHING_NOW


def _name(session: Session, member_id: int) -> str:
    return members.masked_name(session, members.get(session, member_id))
