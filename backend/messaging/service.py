from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import insert
from sqlalchemy.orm import Session

from backend import members, points, tiers
from backend.kit.facts import Together
from backend.lottery import DrawWon
from backend.members import MemberJoined
from backend.messaging.deciding import columns, decide, was_told
from backend.messaging.models import Message
from backend.messaging.wording import (
    NO_CODE,
    NO_GIFT_FOR_JOINING,
    NOTHING_TO_DO,
    day,
    day_words,
    how_to_get,
    instant,
    last_day,
    reason,
)
from backend.points import PointsEarned, PointsExpired, PointsPromised
from backend.tiers import TierFallsSoon, TierLost, TierReached
from config import policy


def tell_joined(session: Session, joined: MemberJoined) -> None:
    """Decide to welcome a member: with the number of the card, the tier to begin with, and what was given for it."""
    gift = points.summary(session, joined.member_id, now=joined.at).available
    words = {
        "card_no": members.get(session, joined.member_id).card_no,
        "tier": tiers.standing(session, joined.member_id, now=joined.at).tier.name,
        "day": day(joined.at),
        "gift": f"入会礼{gift}积分已到账" if gift else NO_GIFT_FOR_JOINING,
    }
    decide(session, joined.member_id, "joined", words=words, cause=(), now=joined.at)


def tell_points_earned(session: Session, earned: PointsEarned) -> None:
    """Decide to tell the member of points that were earned, or have settled; not of `policy.MESSAGE_POINTS_UNTOLD`."""
    if earned.source_kind in policy.MESSAGE_POINTS_UNTOLD:
        return
    words = {
        "points": str(earned.amount),
        "reason": reason(earned.source_kind),
        "balance": str(earned.balance),
        "at": instant(earned.at),
    }
    cause = (earned.source_kind, earned.source_id)
    template = "points_settled" if earned.settled else "points_earned"
    decide(session, earned.member_id, template, words=words, cause=cause, now=earned.at)


def tell_points_promised(session: Session, promised: PointsPromised) -> None:
    """Decide to tell the member of points that come in later, and when."""
    words = {
        "points": str(promised.amount),
        "reason": reason(promised.source_kind),
        "settle_day": day(promised.settles_at),
    }
    cause = (promised.source_kind, promised.source_id)
    decide(session, promised.member_id, "points_promised", words=words, cause=cause, now=promised.at)


def _tell_expired(session: Session, expired: PointsExpired, *, wanted: bool = policy.MESSAGE_POINTS_EXPIRED) -> None:
    if wanted:
        session.add(Message(**_of_expired(expired)))


def _tell_all_expired(
    session: Session, expired: Sequence[PointsExpired], *, wanted: bool = policy.MESSAGE_POINTS_EXPIRED
) -> None:
    if wanted:  # as rows: an object for each would take half of the night
        session.execute(insert(Message), [_of_expired(one) for one in expired])


def _of_expired(expired: PointsExpired) -> dict[str, Any]:
    words = {"points": str(expired.amount), "last_day": last_day(expired.at), "balance": str(expired.balance)}
    return columns(expired.member_id, "points_expired", words=words, cause=(expired.source_id,), now=expired.at)


tell_points_expired: Final = Together(_tell_expired, _tell_all_expired)
"""Decides to tell the member of points that are over, if the house wants that to be told."""


def tell_tier_reached(session: Session, reached: TierReached) -> None:
    """Decide to tell the member of a new tier."""
    words = {"tier": reached.tier_name, "at": instant(reached.at)}
    cause = (str(reached.growth_seq),)
    decide(session, reached.member_id, "tier_reached", words=words, cause=cause, now=reached.at)


def tell_tier_lost(session: Session, lost: TierLost) -> None:
    """Decide to tell the member of the lower tier they are in now."""
    words = {"tier": lost.tier_name, "at": instant(lost.at)}
    decide(session, lost.member_id, "tier_lost", words=words, cause=(str(lost.growth_seq),), now=lost.at)


def tell_tier_falls_soon(session: Session, soon: TierFallsSoon) -> None:
    """Decide to tell the member until when the tier is good, and what keeps it; once of each day, which may be put off
    by a purchase and come back with its return.
    """
    words = {"tier": soon.tier_name, "last_day": day_words(soon.last_day), "ways": soon.words or NOTHING_TO_DO}
    cause = (soon.tier_code, soon.last_day.isoformat())
    if not was_told(session, soon.member_id, "tier_falls_soon", cause=cause):
        decide(session, soon.member_id, "tier_falls_soon", words=words, cause=cause, now=soon.at)


def tell_draw_won(session: Session, won: DrawWon) -> None:
    """Decide to tell the member of a prize, and how to get it."""
    words = {
        "draw": won.draw_title,
        "prize": won.prize_name,
        "pickup_code": won.pickup_code or NO_CODE,
        "at": instant(won.at),
        "how": how_to_get(won.kind, won.pick_up_by),
    }
    decide(session, won.member_id, "draw_won", words=words, cause=(str(won.play_id),), now=won.at)
