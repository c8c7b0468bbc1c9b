"""What operators do to an account as such: hold it still while its books are looked into, put off a lot's last day."""

from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.kit.calendar import add_months, day_end, shop_day
from backend.points.due import bring_up_to
from backend.points.errors import LotUnknown, NotLater, TooFar
from backend.points.journal import live_lots, note_due, note_next_expiry
from backend.points.models import Account, Extension, Lot
from backend.points.rules import LONGEST_MONTHS


def freeze(session: Session, account: Account, *, reason: str, now: datetime) -> None:
    """Let no points out, and write none off, until `unfreeze`; points still come in. Frozen before: nothing changes."""
    if account.frozen_at is None:
        account.frozen_at, account.frozen_for = now, reason
        note_due(account)
    session.flush()  # a sweep over all accounts may end right after this one


def unfreeze(session: Session, account: Account, *, now: datetime) -> None:
    """Let the account go on; what came due meanwhile happens now."""
    account.frozen_at = account.frozen_for = None
    account.last_at = max(account.last_at, now)  # the past stays as it was seen while nothing was written off
    note_due(account)
    bring_up_to(session, account, now=now)


def extend(
    session: Session, account: Account, lot_no: int, *, last_day: date, reason: str, by: str, now: datetime
) -> Lot:
    """Let what is left of a lot be good through a later day, from today at most for as long as an expiry may be.

    Raises LotUnknown, NotLater, TooFar.
    """
    latest = add_months(shop_day(now), LONGEST_MONTHS)
    if last_day > latest:
        raise TooFar(latest=latest.isoformat())
    lots = live_lots(session, account)
    lot, until = lots.get(lot_no), day_end(last_day)
    if lot is None:
        raise LotUnknown
    if lot.expires_at is None or until <= lot.expires_at:
        raise NotLater
    mine = select(func.count()).where(Extension.member_id == account.member_id, Extension.lot_no == lot_no)
    session.add(
        Extension(
            member_id=account.member_id,
            lot_no=lot_no,
            no=(session.scalar(mine) or 0) + 1,
            from_at=lot.expires_at,
            to_at=until,
            reason=reason,
            extended_by=by,
            at=now,
        )
    )
    lot.expires_at = until
    note_next_expiry(account, lots.values())
    return lot
