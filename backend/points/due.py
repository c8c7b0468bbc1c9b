"""What time brings to one account: points settle, holds end, lots expire, each at its own instant and in this order."""

from datetime import datetime

from sqlalchemy.orm import Session

from backend.points.holding import lapse
from backend.points.journal import live_lots, note_next_expiry, write_off
from backend.points.models import Account
from backend.points.pending import settle, waiting_of


def bring_up_to(session: Session, account: Account, *, now: datetime) -> None:
    """Do all that is due on a locked account at `now`, instant by instant; nothing on a frozen or closed one."""
    if account.next_due_at is None or account.next_due_at > now:
        return
    lots = live_lots(session, account)
    waiting = waiting_of(session, account.member_id) if _past(account.next_settle_at, now) else []
    while account.next_due_at is not None and (at := account.next_due_at) <= now:
        if _past(account.next_settle_at, at):
            lots |= settle(session, account, waiting, at=at)
        if _past(account.next_release_at, at):
            lapse(session, account, lots, at=at)
        write_off(session, account, lots, at=at)
        note_next_expiry(account, lots.values())


def _past(moment: datetime | None, at: datetime) -> bool:
    return moment is not None and moment <= at
