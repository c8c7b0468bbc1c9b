"""Points set aside: they count as gone from what is available at once, and are spent or freed later, once."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.kit.facts import announce
from backend.kit.ids import new_id
from backend.points.errors import Frozen, HoldCaptured, HoldEnded, HoldUnknown, Insufficient
from backend.points.facts import PointsSpent
from backend.points.journal import (
    allocate,
    append,
    checked,
    live_lots,
    note_due,
    note_next_expiry,
    pay_debts,
    write_off,
)
from backend.points.models import CAPTURED, HELD, LAPSED, PAY_DEBT, RELEASED, SPEND, Account, Entry, Hold, HoldPart, Lot
from backend.points.rules import Source, choose, spending_order


def reserve(
    session: Session, account: Account, amount: int, *, source: Source, until: datetime | None, now: datetime
) -> Hold:
    """Set points aside, those that spending would take; they do not expire meanwhile. At `until` they are free again.

    Raises Insufficient, Frozen, and then nothing has changed. One source holds once.
    """
    if account.frozen_at is not None:
        raise Frozen
    if checked(amount) > account.available:
        raise Insufficient(available=account.available)
    hold = _hold(account, amount, source=source, until=until, now=now)
    session.add(hold)
    lots = live_lots(session, account)
    for lot_no, part in choose(lots.values(), amount):
        lots[lot_no].held += part
        session.add(HoldPart(member_id=account.member_id, hold_id=hold.id, lot_no=lot_no, amount=part))
    account.held += amount
    if until is not None and (account.next_release_at is None or until < account.next_release_at):
        account.next_release_at = until
    note_next_expiry(account, lots.values())
    return hold


def capture(session: Session, account: Account, *, source: Source, now: datetime, amount: int | None = None) -> Entry:
    """Spend what was set aside for `source`, or `amount` of it; the rest is free again.

    Raises HoldUnknown, HoldEnded, HoldCaptured, Frozen; Insufficient for more than was set aside.
    """
    if account.frozen_at is not None:
        raise Frozen
    hold = _open_hold(session, account, source)
    amount = hold.amount if amount is None else checked(amount)
    if amount > hold.amount:
        raise Insufficient(available=hold.amount)
    lots = live_lots(session, account)
    parts = _end(session, account, hold, lots, CAPTURED, at=now)
    hold.captured = amount
    entry = append(session, account, SPEND, -amount, source=source, at=now)
    allocate(session, entry, lots, _first(parts, amount))
    write_off(session, account, lots, at=now)
    pay_debts(session, account, lots)
    _note(session, account, lots)
    announce(
        session, PointsSpent(account.member_id, amount, entry.balance_after, entry.source_kind, entry.source_id, now)
    )
    return entry


def release(session: Session, account: Account, *, source: Source, now: datetime) -> bool:
    """Free what was set aside; False when it came free before. What is past its day by now is written off.

    Raises HoldUnknown, HoldCaptured.
    """
    hold = hold_of(session, account.member_id, source)
    if hold is None:
        raise HoldUnknown
    if hold.status == CAPTURED:
        raise HoldCaptured
    if hold.status != HELD:
        return False
    lots = live_lots(session, account)
    free_up(session, account, hold, lots, RELEASED, at=now)
    _note(session, account, lots)
    return True


def prolong(session: Session, account: Account, *, source: Source, until: datetime) -> None:
    """Let what was set aside for `source` wait until a later instant.

    Raises HoldUnknown, HoldEnded, HoldCaptured; ValueError for an instant that is not later.
    """
    hold = _open_hold(session, account, source)
    if hold.ends_at is None or until <= hold.ends_at:
        raise ValueError("a hold is prolonged, not cut")
    hold.ends_at = until
    note_next_release(session, account)


def free_up(session: Session, account: Account, hold: Hold, lots: dict[int, Lot], status: str, *, at: datetime) -> None:
    """End an open hold unspent: its points expire if their time is over, pay what is owed, or can be spent."""
    _end(session, account, hold, lots, status, at=at)
    write_off(session, account, lots, at=at)
    if account.debt and any(lot.free for lot in lots.values()):
        append(session, account, PAY_DEBT, 0, source=Source("hold-end", hold.id), at=at)
        pay_debts(session, account, lots)


def lapse(session: Session, account: Account, lots: dict[int, Lot], *, at: datetime) -> None:
    """End the holds whose time has come at an instant."""
    over = select(Hold).where(Hold.member_id == account.member_id, Hold.status == HELD, Hold.ends_at <= at)
    for hold in session.scalars(over.order_by(Hold.id)).all():
        free_up(session, account, hold, lots, LAPSED, at=at)
    note_next_release(session, account)


def open_holds(session: Session, member_id: int) -> list[Hold]:
    """The holds that still stand, oldest first."""
    return list(session.scalars(select(Hold).where(Hold.member_id == member_id, Hold.status == HELD).order_by(Hold.id)))


def hold_of(session: Session, member_id: int, source: Source) -> Hold | None:
    """The hold that was made for a source, however it ended."""
    return session.scalar(
        select(Hold).where(
            Hold.member_id == member_id, Hold.source_kind == source.kind, Hold.source_id == str(source.id)
        )
    )


def note_next_release(session: Session, account: Account) -> None:
    """Remember when the next hold ends by itself."""
    mine = select(func.min(Hold.ends_at)).where(Hold.member_id == account.member_id, Hold.status == HELD)
    account.next_release_at = session.scalar(mine)
    note_due(account)


def _hold(account: Account, amount: int, *, source: Source, until: datetime | None, now: datetime) -> Hold:
    return Hold(
        member_id=account.member_id,
        id=new_id(),
        source_kind=source.kind,
        source_id=str(source.id),
        amount=amount,
        captured=0,
        status=HELD,
        ends_at=until,
        reserved_at=now,
    )


def _open_hold(session: Session, account: Account, source: Source) -> Hold:
    hold = hold_of(session, account.member_id, source)
    if hold is None:
        raise HoldUnknown
    if hold.status == CAPTURED:
        raise HoldCaptured
    if hold.status != HELD:
        raise HoldEnded
    return hold


def _end(
    session: Session, account: Account, hold: Hold, lots: dict[int, Lot], status: str, *, at: datetime
) -> list[tuple[int, int]]:
    """Close the hold and free its parts; returns them (lot_no, points) in spending order."""
    mine = select(HoldPart).where(HoldPart.member_id == hold.member_id, HoldPart.hold_id == hold.id)
    parts = {part.lot_no: part.amount for part in session.scalars(mine)}
    for lot_no, part in parts.items():
        lots[lot_no].held -= part
    hold.status, hold.ended_at = status, at
    account.held -= hold.amount
    return sorted(parts.items(), key=lambda part: spending_order(lots[part[0]]))


def _first(parts: list[tuple[int, int]], amount: int) -> list[tuple[int, int]]:
    taken = []
    for lot_no, part in parts:
        if amount:
            taken.append((lot_no, min(part, amount)))
            amount -= taken[-1][1]
    return taken


def _note(session: Session, account: Account, lots: dict[int, Lot]) -> None:
    note_next_expiry(account, lots.values())
    note_next_release(session, account)
