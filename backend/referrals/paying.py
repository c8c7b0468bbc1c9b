"""What an invitation gives to both sides and to the inviter's stages, and how it is taken back. Both accounts are
locked; after them periods, the month's budget and templates of coupons are taken, in this order.
"""

from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Final, Literal

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend import coupons, points, tiers
from backend.kit.calendar import shop_day
from backend.kit.counters import count_up
from backend.kit.facts import announce
from backend.points import Account, Source
from backend.referrals.book import Gift, ReferralBook
from backend.referrals.facts import ReferralRewarded, ReferralStageReached
from backend.referrals.models import EVER, Budget, Invitation, Part, Period, Reward
from backend.referrals.rules import granted, month_of, stages_reached

SOURCE: Final = "referral"
BACK: Final = "referral-back"
BY_MONTH, BY_BUDGET = "month", "budget"


@dataclass(frozen=True)
class Payment:
    """One invitation being paid: by which rules, out of which luck, when."""

    row: Invitation
    inviter: Account
    newcomer: Account
    rules: ReferralBook
    rng: Random
    now: datetime

    @property
    def month(self) -> str:
        """The calendar month that it is counted in."""
        return month_of(shop_day(self.now).isoformat())


def pay(session: Session, payment: Payment) -> None:
    """Give both sides what the rules promised, and the inviter the stages reached, within the limits of the month."""
    row, rules, now = payment.row, payment.rules, payment.now
    month, ever = (_period(session, payment, period) for period in (payment.month, EVER))
    over = rules.friends_a_month is not None and month.friends >= rules.friends_a_month
    for one in (month, ever):
        one.friends, one.reached_at = one.friends + 1, now
    _give_side(session, payment, "inviter", over=over)
    _give_side(session, payment, "newcomer", over=False)
    _give_stages(session, payment, ever.friends)
    _count_for_tiers(session, payment)
    row.state, row.due_at, row.ended_at = "rewarded", None, now


def take_back(session: Session, payment: Payment) -> None:
    """Take back the points and the growth value that both sides were given; coupons, tickets and stages stay."""
    row, now = payment.row, payment.now
    given = select(Reward).where(Reward.invitation_id == row.id, Reward.part != "stage")
    for reward in session.scalars(given.with_for_update()):
        account = payment.inviter if reward.part == "inviter" else payment.newcomer
        source, of = Source(BACK, row.id), [Source(SOURCE, row.id)]
        if reward.points:
            points.take_back(session, account, reward.points, source=source, of=of, now=now)
            _free(session, reward)
        if reward.growth:
            tiers.add_growth(session, account, -reward.growth, kind="event", source=source, now=now)
        reward.taken, reward.taken_at = reward.points, now
        if reward.part == "inviter":
            uncount(session, row.inviter_id, reward.given_at)
    row.state, row.due_at, row.ended_at = "returned", None, now


def uncount(session: Session, inviter_id: int, rewarded_at: datetime) -> None:
    """A friend counts no more, neither in the month in which they were rewarded nor ever."""
    periods = (month_of(shop_day(rewarded_at).isoformat()), EVER)
    mine = update(Period).where(Period.member_id == inviter_id, Period.period.in_(periods), Period.friends > 0)
    unsynchronised = mine.execution_options(synchronize_session=False)
    session.execute(unsynchronised.values(friends=Period.friends - 1))


def _give_side(session: Session, payment: Payment, side: Literal["inviter", "newcomer"], *, over: bool) -> None:
    """Give one side its reward and tell of it; an inviter who had enough friends in the month (`over`) gets none."""
    ours = side == "inviter"
    account, friend = (payment.inviter, payment.newcomer) if ours else (payment.newcomer, payment.inviter)
    gift = payment.rules.inviter if ours else payment.rules.newcomer
    reward, coupon = _give(session, payment, account, Gift() if over else gift, part=side)
    if over:
        reward.wanted, reward.limited_by = gift.points, BY_MONTH
    ids = (account.member_id, friend.member_id)
    announce(session, ReferralRewarded(*ids, side, payment.row.id, reward.points, coupon, payment.now))


def _give_stages(session: Session, payment: Payment, friends: int) -> None:
    inviter_id = payment.inviter.member_id
    given = set(session.scalars(select(Reward.stage).where(Reward.member_id == inviter_id, Reward.stage > 0)))
    stages = {stage.friends: stage for stage in payment.rules.stages}
    for reached in stages_reached(friends, list(stages), {one for one in given if one is not None}):
        reward, coupon = _give(session, payment, payment.inviter, stages[reached], part="stage", friends=reached)
        announce(session, ReferralStageReached(inviter_id, reached, reward.points, coupon, payment.now))


def _give(
    session: Session, payment: Payment, account: Account, gift: Gift, *, part: Part, friends: int = 0
) -> tuple[Reward, str | None]:
    """Give one side its gift; the row of it, and the name of its coupon if one was given."""
    row, now = payment.row, payment.now
    given = _of_budget(session, payment, gift.points)
    source = Source(SOURCE, f"{row.id}:{friends}" if friends else row.id)
    reward = Reward(
        invitation_id=row.id,
        part=part,
        friends=friends,
        stage=friends or None,
        member_id=account.member_id,
        wanted=gift.points,
        points=given,
        growth=gift.growth,
        coupon=gift.coupon,
        limited_by=BY_BUDGET if given < gift.points else None,
        taken=0,
        given_at=now,
    )
    session.add(reward)
    session.flush()  # whoever pays the same part meets it before any point has moved
    if given:
        points.credit(session, account, given, source=source, now=now)
    if gift.growth:
        tiers.add_growth(session, account, gift.growth, kind="event", source=source, now=now)
    names = {}
    if gift.coupon is not None:
        ids = [account.member_id]
        names = coupons.promise_to_many(session, ids, gift.coupon, source=source, rng=payment.rng, now=now)
    return reward, names.get(account.member_id)


def _of_budget(session: Session, payment: Payment, wanted: int) -> int:
    """What the month's budget leaves of so many points; it is taken out of it."""
    limit = payment.rules.points_a_month
    if not wanted:
        return 0
    count_up(session, Budget, {"period": payment.month}, granted=0)  # made where there is none, and locked
    row = session.get_one(Budget, payment.month, with_for_update=True, populate_existing=True)
    given = granted(wanted, None if limit is None else limit - row.granted)
    row.granted += given
    session.flush()  # it is read anew for the next part
    return given


def _free(session: Session, reward: Reward) -> None:
    month = month_of(shop_day(reward.given_at).isoformat())
    room = update(Budget).where(Budget.period == month, Budget.granted >= reward.points)
    session.execute(room.execution_options(synchronize_session=False).values(granted=Budget.granted - reward.points))


def _period(session: Session, payment: Payment, period: str) -> Period:
    key = (period, payment.inviter.member_id)
    row = session.get(Period, key, with_for_update=True, populate_existing=True)
    if row is None:
        row = Period(period=period, member_id=payment.inviter.member_id, friends=0, reached_at=payment.now)
        session.add(row)
    return row


def _count_for_tiers(session: Session, payment: Payment) -> None:
    source = Source("referral-friend", payment.row.id)
    friend_id = payment.newcomer.member_id
    try:
        tiers.count_friend(session, payment.inviter, friend_id=friend_id, source=source, now=payment.now)
    except tiers.FriendTaken:
        return  # counted for another before two became one: everybody counts once
