"""What a sale earns by the rules, and what is taken back of it when goods come back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import earning, points, stores, tiers
from backend.purchases import rules
from backend.purchases.models import Purchase, PurchaseLine, Refund
from backend.purchases.orders import source
from backend.purchases.receipts import Line
from backend.purchases.returns import money_kept


@dataclass(frozen=True)
class Sale:
    """What rules ask about a sale: where and when it was, and what was paid in money for its lines; its id, where it
    has one already.
    """

    store: stores.Store
    at: datetime
    lines: Sequence[Line | PurchaseLine]
    paid_fen: Sequence[int]
    purchase_id: int = 0


@dataclass(frozen=True)
class Gain:
    """What a sale gives: points, growth value, and the tier after it."""

    points: int
    growth: int
    tier: tiers.Tier


def quote_gain(session: Session, member_id: int, standing: tiers.Standing, sale: Sale, *, now: datetime) -> Gain:
    """What `reward` would give a member who stands there; writes nothing."""
    event = _event(session, member_id, standing, sale)
    earned = earning.quote(session, member_id, event, now=now).points
    counted = tiers.quote_purchase(session, member_id, spent_fen=sum(sale.paid_fen), now=now)
    return Gain(earned, counted.growth, counted.after)


def reward(
    session: Session,
    account: points.Account,
    standing: tiers.Standing,
    purchase: Purchase,
    lines: Sequence[PurchaseLine],
    *,
    store: stores.Store,
    now: datetime,
) -> tiers.Tier:
    """Give the member what is kept of a purchase earns, by the tier held before it, and note on it and its lines what
    that was. Of a new sale all is kept.

    The points come in when the store no longer takes the goods back. Returns the tier after it.
    """
    why, paid = source(purchase.id), money_kept(lines)
    event = _event(session, account.member_id, standing, Sale(store, purchase.paid_at, lines, paid, purchase.id))
    settles_at = rules.settles_at(purchase.paid_on, store.return_days)
    if settles_at is not None and settles_at <= now:
        settles_at = None
    given = earning.award(session, account, event, source=why, now=now, settles_at=settles_at).points
    purchase.points_earned, purchase.settles_at = given, settles_at if given else None
    spent_fen, paid_on = sum(paid), purchase.paid_on
    counted = tiers.count_purchase(session, account, spent_fen=spent_fen, counts_on=paid_on, source=why, now=now)
    purchase.growth_earned, purchase.tier_code = counted.growth, counted.tier.code
    purchase.balance_after = account.balance
    for line, share in zip(lines, rules.share_of_points(given, paid), strict=True):
        line.points = share
    return counted.tier


def take_back(
    session: Session,
    account: points.Account,
    made: Refund,
    purchase: Purchase,
    lines: Sequence[PurchaseLine],
    *,
    now: datetime,
) -> None:
    """Take back what came back had earned, and note on the refund how much that was and the tier after it.

    `lines` are as they are after the refund.
    """
    why, earned_by = points.Source("refund", made.id), source(purchase.id)
    if purchase.per_yuan is None:
        kept = money_kept(lines)
        gone = earning.give_up(session, account, source=earned_by, lines_kept=kept, refund=why, now=now)
        made.points_taken = gone.points
    else:
        made.points_taken = _due_by_old_rates(purchase, made)
        if made.points_taken:
            points.take_back(session, account, made.points_taken, source=why, of=[earned_by], now=now)
    all_back = all(line.is_back for line in lines)
    counted = tiers.count_refund(
        session, account, spent_fen=made.money_fen, purchases=int(all_back), of=earned_by, source=why, now=now
    )
    made.growth_taken, made.tier_code = -counted.growth, counted.tier.code


def _event(session: Session, member_id: int, standing: tiers.Standing, sale: Sale) -> earning.Event:
    others = select(Purchase.id).where(Purchase.member_id == member_id, Purchase.id != sale.purchase_id)
    bought_before = session.scalar(others.limit(1))
    return earning.Event(
        trigger="purchase",
        at=sale.at,
        tier_code=standing.tier.code,
        multiplier=standing.tier.multiplier,
        store_code=sale.store.code,
        lines=tuple(
            earning.EventLine(paid_fen, counter=line.counter, brand=line.brand, category=line.category)
            for line, paid_fen in zip(sale.lines, sale.paid_fen, strict=True)
        ),
        first_purchase=bought_before is None,
    )


def _due_by_old_rates(purchase: Purchase, made: Refund) -> int:
    """Sales from before there were books of rules were paid with money only, and earned by rates that they keep."""
    kept = purchase.paid_fen - purchase.refunded_fen
    before, after = (
        rules.points_for(fen, per_yuan=purchase.per_yuan or 0, multiplier=purchase.multiplier or 0)
        for fen in (kept + made.amount_fen, kept)
    )
    return before - after
