from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True)
class InvitationIgnored:
    """Somebody joined with words that are to say who invited them, and nobody did; `why` is the refusal's sentence."""

    member_id: int
    why: str
    at: datetime


@dataclass(frozen=True)
class ReferralRewarded:
    """One side of an invitation was given its reward; the friend is the other. `coupon` is the name of one given."""

    member_id: int
    friend_id: int
    side: Literal["inviter", "newcomer"]
    invitation_id: int
    points: int
    coupon: str | None
    at: datetime


@dataclass(frozen=True)
class ReferralStageReached:
    """So many friends of a member have been rewarded that the member is given something for it."""

    member_id: int
    friends: int
    points: int
    coupon: str | None
    at: datetime


@dataclass(frozen=True)
class ReferralInReview:
    """People will look at an invitation before it is rewarded."""

    inviter_id: int
    newcomer_id: int
    invitation_id: int
    at: datetime


@dataclass(frozen=True)
class ReferralRefused:
    """An invitation is not rewarded, and why, in words for its inviter."""

    inviter_id: int
    newcomer_id: int
    invitation_id: int
    why: str
    at: datetime
