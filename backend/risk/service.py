from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, select, tuple_
from sqlalchemy.orm import Session

from backend import members
from backend.kit.calendar import shop_day
from backend.kit.counters import count_up
from backend.kit.pii import vault
from backend.members import MembershipClosed, MembershipEnding, MembersMerged
from backend.risk.models import Count, Signal
from backend.risk.rules import signals_of

SEEN_AGAIN_AFTER: Final = timedelta(days=1)  # a row is not written at every login
BILL, STORE, LEFT = "same-bill", "same-store", "left"

Digests = Sequence[tuple[str, bytes]]


@dataclass(frozen=True)
class Trace:
    """What somebody was seen with: the device that the mini-program names, the address, the phone."""

    device: str | None = field(default=None, repr=False)
    address: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Bill:
    """The purchase for which an inviter would be rewarded."""

    inviter_id: int
    store_id: int
    counter: str | None
    paid_fen: int


def note_joining(session: Session, member_id: int, trace: Trace, *, now: datetime) -> None:
    """Keep what a newcomer was seen with, and count it for the day. Last: others wait for the same counters."""
    seen = digests_of(session, trace)
    session.add_all(
        Signal(kind=kind, value=value, member_id=member_id, joined_with=True, last_at=now) for kind, value in seen
    )
    count(session, seen, shop_day(now))


def note_login(session: Session, member_id: int, trace: Trace, *, now: datetime) -> None:
    """Keep what a member was seen with; nothing is counted, and once a day is enough."""
    seen = digests_of(session, trace)
    known = {(row.kind, row.value): row for row in session.scalars(select(Signal).where(Signal.member_id == member_id))}
    for kind, value in seen:
        row = known.get((kind, value))
        if row is None:
            session.add(Signal(kind=kind, value=value, member_id=member_id, joined_with=False, last_at=now))
        elif now - row.last_at >= SEEN_AGAIN_AFTER:
            row.last_at = now


def count_bill(session: Session, bill: Bill, *, now: datetime) -> None:
    """Count a purchase that qualifies, by its counter and amount, and by the inviter's friends in its store."""
    count(session, digests_of_bill(session, bill), shop_day(now))


def count(session: Session, seen: Digests, day: date) -> None:
    """One more of each on a day. Rows are taken in one order, so that nobody waits for one who waits for them."""
    for kind, value in sorted(seen):
        count_up(session, Count, {"kind": kind, "value": value, "day": day}, seen=1)


def digests_of(session: Session, trace: Trace) -> Digests:
    """What somebody was seen with, as it is kept."""
    found = signals_of(device=trace.device, address=trace.address, phone=trace.phone)
    return [(kind, digest(session, kind, value)) for kind, value in found]


def digests_of_bill(session: Session, bill: Bill) -> Digests:
    """How a purchase is counted."""
    same_bill = f"{bill.store_id}|{bill.counter or ''}|{bill.paid_fen}"
    return [
        (BILL, digest(session, BILL, same_bill)),
        (STORE, digest(session, STORE, f"{bill.inviter_id}|{bill.store_id}")),
    ]


def digest(session: Session, kind: str, value: str) -> bytes:
    """The keyed digest of a value of a kind."""
    return vault(session).index(f"risk-{kind}", value)


def forget_signals(session: Session, *, before: datetime, limit: int) -> int:
    """Delete up to `limit` signals that were not seen since an instant. Returns how many."""
    key = (Signal.kind, Signal.value, Signal.member_id)
    old = session.execute(select(*key).where(Signal.last_at < before).limit(limit)).all()
    return _delete(session, Signal, key, old)


def forget_counts(session: Session, *, before: date, limit: int) -> int:
    """Delete up to `limit` counts of days before a day. Returns how many."""
    key = (Count.kind, Count.value, Count.day)
    old = session.execute(select(*key).where(Count.day < before).limit(limit)).all()
    return _delete(session, Count, key, old)


def move_signals(session: Session, merged: MembersMerged) -> None:
    """What the one was seen with, the other was."""
    theirs = select(Signal).where(Signal.member_id.in_((merged.gone_id, merged.into_id)))
    rows = session.scalars(theirs.execution_options(populate_existing=True)).all()
    known = {(row.kind, row.value): row for row in rows if row.member_id == merged.into_id}
    for row in rows:
        if row.member_id == merged.into_id:
            continue
        kept = known.get((row.kind, row.value))
        if kept is None:
            session.add(
                Signal(
                    kind=row.kind,
                    value=row.value,
                    member_id=merged.into_id,
                    joined_with=row.joined_with,
                    last_at=row.last_at,
                )
            )
        else:
            kept.joined_with, kept.last_at = kept.joined_with or row.joined_with, max(kept.last_at, row.last_at)
        session.delete(row)


def remember_leaver(session: Session, ending: MembershipEnding) -> None:
    """Who leaves and joins again with the same phone is no newcomer: a keyed digest of it stays for a while."""
    count(session, _phone_that_left(session, ending.member_id), shop_day(ending.at))


def has_left_before(session: Session, member_id: int) -> bool:
    """Whether a member left before, with the same phone, and joined anew."""
    seen = [value for _, value in _phone_that_left(session, member_id)]
    return session.scalar(select(Count.day).where(Count.kind == LEFT, Count.value.in_(seen)).limit(1)) is not None


def forget_member(session: Session, closed: MembershipClosed) -> None:
    """Of who has left nothing is kept that leads to them; counts name nobody and stay."""
    session.execute(delete(Signal).where(Signal.member_id == closed.member_id))


def _phone_that_left(session: Session, member_id: int) -> Digests:
    return [(LEFT, digest(session, LEFT, phone)) for phone in members.phones(session, [member_id]).values()]


def _delete(session: Session, table: type[Any], key: Iterable[Any], old: Sequence[Any]) -> int:
    if old:
        session.execute(delete(table).where(tuple_(*key).in_([tuple(row) for row in old])))
    return len(old)
