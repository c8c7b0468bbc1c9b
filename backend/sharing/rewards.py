"""What members bring who came by a share: joining tells the inviter, purchases pay once they cannot come back.

The share that a person opened last, within the days of the book, is the one that counts (last touch).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from backend import coupons, members, points, purchases, stores
from backend.kit.calendar import add_months, day_end, day_start, shop_day
from backend.kit.facts import announce
from backend.kit.ids import new_id
from backend.members import Identity
from backend.points import Source
from backend.sharing import book
from backend.sharing.facts import JoinedByShare
from backend.sharing.models import Share, ShareReward, ShareTouch
from backend.sharing.rules import still_counts

SOURCE = "share"


def note_joining(session: Session, joined: members.MemberJoined) -> None:
    """Who joins after they opened a share has come by it."""
    found = _last_touched(session, joined.member_id, joined.at)
    if found is not None:
        session.execute(update(Share).where(Share.id == found.id).values(joined=Share.joined + 1))
        announce(session, JoinedByShare(found.member_id, joined.member_id, found.id, joined.at))


def note_purchase(session: Session, recorded: purchases.PurchaseRecorded) -> None:
    """Write down what a purchase may bring the one whose share led to it, until its return window has passed."""
    found = _last_touched(session, recorded.member_id, recorded.at) if recorded.member_id is not None else None
    if found is None:
        return
    rules, version = book.live(session, now=recorded.at)
    if not rules.purchase.pays or recorded.paid_fen < rules.purchase.from_fen:
        return
    if _is_noted(session, source := f"{recorded.store_id}:{recorded.order_no}"):
        return
    days = stores.get_store(session, recorded.store_id).return_days
    session.add(
        ShareReward(
            id=new_id(),
            member_id=found.member_id,
            share_id=found.id,
            kind="purchase",
            source=source,
            status="waiting",
            book_version=version,
            noted_at=recorded.at,
            due_at=day_end(shop_day(recorded.at) + timedelta(days=days)),
        )
    )


def due_rewards(session: Session, *, now: datetime, limit: int) -> Sequence[int]:
    """Ids of rewards whose purchases cannot come back any more, the longest due first, by index."""
    due = select(ShareReward.id).where(ShareReward.status == "waiting", ShareReward.due_at <= now)
    return session.scalars(due.order_by(ShareReward.due_at).limit(limit)).all()


def settle_reward(session: Session, reward_id: int, *, rng: Random, now: datetime) -> bool:
    """Pay a reward that is due, or drop it: enough of the purchase must have been kept, the month must have room.

    False where it was settled before. What comes back after this takes nothing back.
    """
    owner_id = session.scalar(select(ShareReward.member_id).where(ShareReward.id == reward_id))
    if owner_id is None:
        return False
    account = _account(session, owner_id, now)
    waiting = select(ShareReward).where(ShareReward.id == reward_id).with_for_update()
    reward = session.scalars(waiting.execution_options(populate_existing=True)).one()
    if reward.status != "waiting" or now < reward.due_at or reward.member_id != owner_id:
        return False  # or it became another member's while we waited, whose turn comes
    terms = book.of_version(session, reward.book_version).purchase
    why = "left" if account is None else _why_not(session, reward, account, terms, now)
    reward.why, reward.ended_at, reward.status = why, now, "dropped" if why else "paid"
    if account is not None and why is None:
        session.execute(update(Share).where(Share.id == reward.share_id).values(purchases=Share.purchases + 1))
        _pay(session, account, reward, terms, rng=rng, now=now)
    return True


def _pay(
    session: Session,
    account: points.Account,
    reward: ShareReward,
    terms: book.PurchaseTerms,
    *,
    rng: Random,
    now: datetime,
) -> None:
    source = Source(SOURCE, reward.id)
    if terms.points:
        reward.points = terms.points
        points.credit(session, account, terms.points, source=source, now=now)
    if terms.coupon is not None:
        session.flush()  # templates are locked last
        coupons.promise_to_many(session, [account.member_id], terms.coupon, source=source, rng=rng, now=now)


def _account(session: Session, member_id: int, now: datetime) -> points.Account | None:
    try:
        return points.lock(session, member_id, now=now)
    except points.AccountClosed:
        return None


def _why_not(
    session: Session, reward: ShareReward, account: points.Account, terms: book.PurchaseTerms, now: datetime
) -> str | None:
    if _kept_fen(session, reward) < terms.from_fen:
        return "returned"
    first = shop_day(now).replace(day=1)
    mine = ShareReward.member_id == account.member_id, ShareReward.kind == "purchase", ShareReward.status == "paid"
    this_month = ShareReward.ended_at >= day_start(first), ShareReward.ended_at < day_start(add_months(first, 1))
    paid = session.scalar(select(func.count()).select_from(ShareReward).where(*mine, *this_month)) or 0
    return "month-full" if paid >= terms.per_month else None


def _kept_fen(session: Session, reward: ShareReward) -> int:
    store_id, _, order_no = reward.source.partition(":")
    bought = purchases.detail(session, store_id=int(store_id), order_no=order_no)
    if bought.purchase.member_id is None:  # it turned out to be nobody's
        return 0
    return bought.purchase.paid_fen - sum(one.refund.money_fen for one in bought.refunds)


def _last_touched(session: Session, member_id: int, at: datetime) -> Share | None:
    """The share of another member that this one opened last, where it still counts."""
    touched = select(Share, ShareTouch.at).join(ShareTouch, ShareTouch.share_id == Share.id)
    mine = touched.join(Identity, Identity.id == ShareTouch.identity_id).where(Identity.member_id == member_id)
    found = session.execute(mine.order_by(ShareTouch.at.desc()).limit(1)).one_or_none()
    if found is None or found.Share.member_id == member_id:
        return None
    rules, _ = book.live(session, now=at)
    return found.Share if still_counts(found.at, at, days=rules.within_days) else None


def _is_noted(session: Session, source: str) -> bool:
    earlier = select(ShareReward.id).where(ShareReward.kind == "purchase", ShareReward.source == source)
    return session.scalar(earlier) is not None
