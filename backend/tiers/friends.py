from collections import Counter
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from backend import points
from backend.kit.errors import Conflict, Invalid
from backend.points import Account, Source
from backend.tiers.history import FRIEND, FRIEND_TIER, Line
from backend.tiers.models import TierFriend, TierReview
from backend.tiers.service import Outcome, count, held, settle
from backend.tiers.standings import row_of


class FriendTaken(Conflict):
    """The friend counts for somebody else: everybody has one inviter."""

    code = "tiers.friend-taken"
    message = "该好友已计入其他邀请人"


class OwnFriend(Invalid):
    """Nobody is a friend of their own."""

    code = "tiers.own-friend"
    message = "不能邀请自己"


def count_friend(session: Session, account: Account, *, friend_id: int, source: Source, now: datetime) -> Outcome:
    """Let a friend who bought count for the inviter whose account is locked; again nothing happens.

    From then on the friend's tier counts too: `review_friends` tells the inviter of its changes. Raises FriendTaken,
    OwnFriend, NoStanding.
    """
    if friend_id == account.member_id:
        raise OwnFriend
    dossier = settle(session, account, now=now)
    known = session.get(TierFriend, friend_id)
    if known is not None:
        if known.inviter_id != account.member_id:
            raise FriendTaken
        return Outcome(held(dossier), held(dossier), 0)
    session.add(TierFriend(friend_id=friend_id, inviter_id=account.member_id, counted_at=now))
    tier_code = row_of(session, friend_id).tier_code
    line = Line(0, FRIEND, dossier.career.state.at, friend_id=friend_id, tier_code=tier_code)
    return count(session, account, dossier, line, source=source)


def review_friends(session: Session, *, now: datetime, limit: int) -> Counter[str]:
    """Tell inviters of the tiers that their friends have come to, up to `limit` inviters, each under their own lock.

    Counts `inviters` and of them who moved; empty when nobody waits. A friend whose tier changes meanwhile has the
    inviter wait again.
    """
    waiting = select(TierReview.inviter_id).distinct().order_by(TierReview.inviter_id).limit(limit)
    counts: Counter[str] = Counter()
    for inviter_id in session.scalars(waiting).all():
        counts["inviters"] += 1
        try:
            account = points.lock(session, inviter_id, now=now)
        except points.NoAccount:
            session.execute(delete(TierReview).where(TierReview.inviter_id == inviter_id))
        else:
            counts["moved"] += _review(session, account, now)
    return counts


def _review(session: Session, account: Account, now: datetime) -> int:
    # only now, under the lock: another worker may have been here
    mine = select(TierReview).where(TierReview.inviter_id == account.member_id).order_by(TierReview.id)
    reviews = session.scalars(mine.execution_options(populate_existing=True)).all()
    moved = 0
    for friend_id, last in {review.friend_id: review.id for review in reviews}.items():
        dossier = settle(session, account, now=now)
        tier_code = row_of(session, friend_id).tier_code
        line = Line(0, FRIEND_TIER, dossier.career.state.at, friend_id=friend_id, tier_code=tier_code)
        outcome = count(session, account, dossier, line, source=Source("friend-tier", last))
        moved += outcome.tier != outcome.before
    for review in reviews:
        session.delete(review)
    return moved
