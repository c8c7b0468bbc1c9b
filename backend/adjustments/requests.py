from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import points
from backend.adjustments import limits
from backend.adjustments.errors import (
    AdjustmentUnknown,
    BeyondAllowance,
    KeyReused,
    NotApplied,
    NotWaiting,
    NotYours,
    SamePerson,
)
from backend.adjustments.limits import Desk
from backend.adjustments.models import Adjustment
from backend.adjustments.rules import (
    APPLIED,
    REFUSED,
    REVERSED,
    WAITING,
    WITHDRAWN,
    checked_amount,
    checked_key,
    checked_note,
    status_at,
)
from backend.points import Account, Source

LEDGER, REVERSAL = "adjustment", "adjustment-reversal"  # kinds of sources in the journal of points


@dataclass(frozen=True)
class Wish:
    """What an operator asks for: points given (above 0) or taken (below 0). `key` names this one request."""

    amount: int
    reason_code: str
    note: str
    key: str


def request(session: Session, member_id: int, wish: Wish, *, by: str, now: datetime) -> Adjustment:
    """Adjust a member's points: at once within the operator's own limits, else it waits for another operator.

    The same key of the same operator again gives the same adjustment. Raises AmountRefused, NoteRefused, KeyRefused,
    KeyReused, ReasonUnknown, WrongDirection, operators.OperatorUnknown, operators.OperatorInactive, points.NoAccount,
    points.Insufficient, points.Frozen.
    """
    checked_amount(wish.amount)
    account = points.lock(session, member_id, now=now)
    desk = limits.desk(session, by, now=now)
    earlier = _earlier(session, checked_key(wish.key), desk.login)
    if earlier is not None:
        return _the_same(earlier, member_id, wish)
    adjustment = _asked(member_id, wish, desk, now)
    if -wish.amount > account.available:
        raise points.Insufficient(available=account.available)
    session.add(adjustment)
    if limits.use(session, desk, "adjust", abs(wish.amount)):
        _apply(session, account, adjustment, by=desk.login, now=now)
    session.flush()  # two clicks with one key meet here
    return adjustment


def approve(session: Session, adjustment_id: int, *, by: str, now: datetime, note: str | None = None) -> Adjustment:
    """Let another operator's request move its points, within one's own limits for that.

    Raises AdjustmentUnknown, NotWaiting, SamePerson, BeyondAllowance, NoteRefused, points.NoAccount,
    points.Insufficient, points.Frozen and what looking up the operator raises.
    """
    account = _account_of(session, adjustment_id, now)
    adjustment = _waiting(session, adjustment_id, now)
    desk = _second_desk(session, adjustment, by, now)
    if not limits.use(session, desk, "approve", abs(adjustment.amount)):
        raise BeyondAllowance
    adjustment.decision_note = note and checked_note(note)
    _apply(session, account, adjustment, by=desk.login, now=now)
    return adjustment


def refuse(session: Session, adjustment_id: int, *, note: str, by: str, now: datetime) -> Adjustment:
    """Refuse another operator's request, with the reason; whoever could approve one of this size may.

    Raises AdjustmentUnknown, NotWaiting, SamePerson, BeyondAllowance, NoteRefused and what looking up the operator
    raises.
    """
    adjustment = _waiting(session, adjustment_id, now)
    desk = _second_desk(session, adjustment, by, now)
    if not desk.covers("approve", abs(adjustment.amount)):
        raise BeyondAllowance
    adjustment.decision_note = checked_note(note)
    return _decided(adjustment, REFUSED, desk.login, now)


def withdraw(session: Session, adjustment_id: int, *, by: str, now: datetime) -> Adjustment:
    """Take one's own request back before it is decided. Raises AdjustmentUnknown, NotWaiting, NotYours."""
    adjustment = _waiting(session, adjustment_id, now)
    if limits.desk(session, by, now=now).login != adjustment.asked_by:
        raise NotYours
    return _decided(adjustment, WITHDRAWN, adjustment.asked_by, now)


def reverse(session: Session, adjustment_id: int, *, note: str, by: str, now: datetime) -> Adjustment:
    """Undo an adjustment, once: given points are taken back (what is gone becomes a debt), taken ones go back into the
    lots that paid. It counts against no day, but must be of a size that the operator may adjust or approve.

    Raises AdjustmentUnknown, NotApplied, BeyondAllowance, NoteRefused, points.NoAccount, points.NothingToCancel for
    points taken from a member who was merged since, and what looking up the operator raises.
    """
    account = _account_of(session, adjustment_id, now)
    adjustment = _locked(session, adjustment_id)
    if adjustment.status != APPLIED:
        raise NotApplied
    desk, size = limits.desk(session, by, now=now), abs(adjustment.amount)
    if not (desk.covers("adjust", size) or desk.covers("approve", size)):
        raise BeyondAllowance
    adjustment.status, adjustment.reversal_note = REVERSED, checked_note(note)
    adjustment.reversed_by, adjustment.reversed_at = desk.login, now
    applied, source = Source(LEDGER, adjustment.id), Source(REVERSAL, adjustment.id)
    if adjustment.amount > 0:
        points.take_back(session, account, size, source=source, of=[applied], now=now)
    else:
        points.cancel(session, account, spent=applied, source=source, now=now)
    return adjustment


def _asked(member_id: int, wish: Wish, desk: Desk, now: datetime) -> Adjustment:
    reason = desk.book.reason(wish.reason_code, wish.amount)
    return Adjustment(
        member_id=member_id,
        amount=wish.amount,
        reason_code=reason.code,
        reason_words=reason.words,
        note=checked_note(wish.note),
        book_version=desk.version,
        status=WAITING,
        request_key=wish.key,
        asked_by=desk.login,
        asked_at=now,
        lapses_at=now + timedelta(days=desk.book.waits_days),
    )


def _earlier(session: Session, key: str, by: str) -> Adjustment | None:
    return session.scalar(select(Adjustment).where(Adjustment.asked_by == by, Adjustment.request_key == key))


def _the_same(earlier: Adjustment, member_id: int, wish: Wish) -> Adjustment:
    asked = (earlier.member_id, earlier.amount, earlier.reason_code, earlier.note)
    if asked != (member_id, wish.amount, wish.reason_code, wish.note.strip()):
        raise KeyReused
    return earlier


def _account_of(session: Session, adjustment_id: int, now: datetime) -> Account:
    """The member's account, locked before the adjustment itself is."""
    member_id = session.scalar(select(Adjustment.member_id).where(Adjustment.id == adjustment_id))
    if member_id is None:
        raise AdjustmentUnknown
    return points.lock(session, member_id, now=now)


def _waiting(session: Session, adjustment_id: int, now: datetime) -> Adjustment:
    adjustment = _locked(session, adjustment_id)
    if status_at(adjustment.status, adjustment.lapses_at, now) != WAITING:
        raise NotWaiting
    return adjustment


def _locked(session: Session, adjustment_id: int) -> Adjustment:
    adjustment = session.get(Adjustment, adjustment_id, with_for_update=True, populate_existing=True)
    if adjustment is None:
        raise AdjustmentUnknown
    return adjustment


def _second_desk(session: Session, adjustment: Adjustment, by: str, now: datetime) -> Desk:
    desk = limits.desk(session, by, now=now)
    if desk.login == adjustment.asked_by:  # as it is written: MariaDB finds a login with blanks behind it too
        raise SamePerson
    return desk


def _apply(session: Session, account: Account, adjustment: Adjustment, *, by: str, now: datetime) -> None:
    _decided(adjustment, APPLIED, by, now)
    source, size = Source(LEDGER, adjustment.id), abs(adjustment.amount)
    move = points.credit if adjustment.amount > 0 else points.spend
    move(session, account, size, source=source, now=now)


def _decided(adjustment: Adjustment, status: str, by: str, now: datetime) -> Adjustment:
    adjustment.status, adjustment.decided_by, adjustment.decided_at = status, by, now
    return adjustment
