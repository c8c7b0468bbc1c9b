"""The first purchase of a newcomer that counts: noted when it is told, un-noted when too little of it is kept."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from backend import purchases, risk, stores
from backend.kit.calendar import day_end
from backend.purchases import Detail, Purchase, PurchaseRecorded, PurchaseRefunded
from backend.referrals import book
from backend.referrals.book import ReferralBook
from backend.referrals.models import Invitation
from backend.referrals.rules import Bought, counted_fen, kept_of
from config import policy

MOST_LOOKED_AT: Final = 50
"""Purchases of a newcomer that are looked through for the next that counts."""


def note_purchase(session: Session, recorded: PurchaseRecorded) -> None:
    """Let a newcomer's purchase wait for its return window, where it is the first that counts."""
    row = session.get(Invitation, recorded.member_id) if recorded.member_id is not None else None
    if row is None or row.state != "joined":
        return
    bought = purchases.detail(session, store_id=recorded.store_id, order_no=recorded.order_no)
    _take(session, row, bought, now=recorded.at)


def note_refund(session: Session, refunded: PurchaseRefunded) -> None:
    """Where too little is kept of the purchase that counts, the next one does; what was given already is taken back
    by the job, for that wants both accounts.
    """
    row = session.get(Invitation, refunded.member_id) if refunded.member_id is not None else None
    if row is None or (row.store_id, row.order_no) != (refunded.store_id, refunded.order_no):
        return
    if counts(session, row, book.of_version(session, row.book_version)):
        return
    if row.state == "rewarded":
        row.state, row.due_at = "returning", refunded.at
    elif row.state in {"bought", "review"}:
        forget_purchase(session, row, now=refunded.at)


def counts(session: Session, row: Invitation, rules: ReferralBook) -> bool:
    """Whether the purchase of an invitation is still the newcomer's, and enough is kept of it."""
    if row.store_id is None or row.order_no is None:
        return False
    bought = purchases.detail(session, store_id=row.store_id, order_no=row.order_no)
    return bought.purchase.member_id == row.newcomer_id and kept_fen(bought, rules) >= rules.least_fen


def forget_purchase(session: Session, row: Invitation, *, now: datetime) -> None:
    """The purchase counts no more: the next one of the newcomer that does takes its place."""
    was = row.purchase_id
    row.state, row.due_at = "joined", None
    row.purchase_id = row.store_id = row.order_no = row.paid_at = None
    row.score, row.reasons, row.flagged = None, None, False
    since = row.joined_at - policy.TILL_CLOCK_DIFFERENCE
    for later in purchases.bought_by(session, row.newcomer_id, since=since, until=row.buy_until, limit=MOST_LOOKED_AT):
        if later.id != was and row.state == "joined":
            _take(session, row, purchases.detail(session, store_id=later.store_id, order_no=later.order_no), now=now)


def kept_fen(bought: Detail, rules: ReferralBook) -> int:
    """What counts of a purchase by the rules, after refunds."""
    if rules.categories is None:
        return bought.purchase.paid_fen - sum(part.refund.money_fen for part in bought.refunds)
    lines = (
        Bought(kept_of(line.paid_fen, value_fen=line.value_fen, refunded_fen=line.refunded_fen), line.category)
        for line in bought.lines
    )
    return counted_fen(lines, rules.categories)


def bill_of(row: Invitation, bought: Detail) -> risk.Bill:
    """How the purchase of an invitation is looked at for signals of abuse."""
    counter = next((line.counter for line in bought.lines if line.counter), None)
    return risk.Bill(row.inviter_id, bought.purchase.store_id, counter, bought.purchase.paid_fen)


def _take(session: Session, row: Invitation, bought: Detail, *, now: datetime) -> None:
    rules = book.of_version(session, row.book_version)
    purchase = bought.purchase
    if not _in_time(row, purchase) or not _in_store(session, purchase, rules):
        return
    if kept_fen(bought, rules) < rules.least_fen:
        return
    row.state, row.due_at = "bought", _due_at(purchase, rules, now=now)
    row.purchase_id, row.paid_at = purchase.id, purchase.paid_at
    row.store_id, row.order_no = purchase.store_id, purchase.order_no
    risk.count_bill(session, bill_of(row, bought), now=purchase.paid_at)


def _in_time(row: Invitation, purchase: Purchase) -> bool:
    return row.joined_at - policy.TILL_CLOCK_DIFFERENCE <= purchase.paid_at < row.buy_until


def _in_store(session: Session, purchase: Purchase, rules: ReferralBook) -> bool:
    return rules.stores is None or stores.get_store(session, purchase.store_id).code in rules.stores


def _due_at(purchase: Purchase, rules: ReferralBook, *, now: datetime) -> datetime:
    """When goods of the purchase come back no more, by its store or by the rules, whichever is later."""
    waited = day_end(purchase.paid_on + timedelta(days=rules.wait_days)) if rules.wait_days else now
    return max(purchase.settles_at or now, waited)
