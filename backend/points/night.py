"""What time brings to many accounts at once: the nightly counterpart of `due`, to the same result."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, and_, case, func, insert, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from backend.kit.facts import announce_all
from backend.points.due import bring_up_to
from backend.points.facts import PointsExpired
from backend.points.models import EXPIRE, Account, Allocation, Entry, Lot
from backend.points.rules import Source, next_line

Due = tuple[datetime, int]
"""Since when something is due, and on whose account."""

UNSYNCHRONISED: Final = {"synchronize_session": False}
LATER_STEPS: Final = (Account.next_settle_at, Account.next_release_at)
WHAT_A_LINE_FOLLOWS: Final[tuple[InstrumentedAttribute[Any], ...]] = (
    Account.member_id,
    Account.balance,
    Account.last_seq,
    Account.last_hash,
    Account.last_at,
    Account.next_expiry_at,
)


def accounts_due(session: Session, *, now: datetime, after: Due | None = None, limit: int) -> Sequence[Due]:
    """Accounts on which something is due at `now`, the longest due first, from behind one on."""
    found = select(Account.next_due_at, Account.member_id).where(Account.next_due_at <= now)
    if after is not None:
        due_at, member_id = after
        same = and_(Account.next_due_at == due_at, Account.member_id > member_id)
        found = found.where(Account.next_due_at >= due_at, or_(Account.next_due_at > due_at, same))
    rows = session.execute(found.order_by(Account.next_due_at, Account.member_id).limit(limit))
    return [(due_at, member_id) for due_at, member_id in rows if due_at is not None]


def catch_up(session: Session, member_ids: Sequence[int], *, now: datetime) -> Counter[str]:
    """Do what is due at `now` on some accounts (ids in their order); on others nothing is done.

    Counts `accounts`, and of them those that only had lots to write off (`expired`, in a fixed number of statements
    however many they are). What is done is no longer due, so that it may be stopped and run again, and run twice at
    once.
    """
    counts: Counter[str] = Counter()
    for account in _with_more_than_lots(session, member_ids, now=now):
        bring_up_to(session, account, now=now)
        counts["accounts"] += 1
    session.flush()  # the statements below read and write the same tables
    only_lots = _only_lots(session, member_ids, now=now)
    for expires_at, accounts in groupby(only_lots, key=lambda account: account.next_expiry_at):
        written_off = _write_off(session, list(accounts), expires_at)
        counts["accounts"] += written_off
        counts["expired"] += written_off
    return counts


def _with_more_than_lots(session: Session, member_ids: Sequence[int], *, now: datetime) -> Sequence[Account]:
    more = or_(*(moment <= now for moment in LATER_STEPS))
    found = select(Account).where(*_due(member_ids, now), more).order_by(Account.member_id).with_for_update()
    return session.scalars(found.execution_options(populate_existing=True)).all()


def _only_lots(session: Session, member_ids: Sequence[int], *, now: datetime) -> Sequence[Row[*tuple[Any, ...]]]:
    rows = session.execute(
        select(*WHAT_A_LINE_FOLLOWS).where(*_due(member_ids, now)).order_by(Account.member_id).with_for_update()
    )
    return sorted(rows.all(), key=lambda account: (account.next_expiry_at, account.member_id))


def _due(member_ids: Sequence[int], now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Account.member_id.in_(member_ids), Account.next_due_at <= now


def _write_off(session: Session, accounts: Sequence[Row[*tuple[Any, ...]]], expires_at: datetime) -> int:
    """Write off the lots of locked accounts that expire at one instant, which is the first thing due on each."""
    member_ids = [account.member_id for account in accounts]
    over = and_(Lot.member_id.in_(member_ids), Lot.expires_at == expires_at, Lot.remaining > Lot.held)
    by_member = select(Lot.member_id, func.sum(Lot.remaining - Lot.held)).where(over).group_by(Lot.member_id)
    sums = {member_id: int(points) for member_id, points in session.execute(by_member)}  # a DECIMAL on MariaDB
    lines = [
        next_line(account, EXPIRE, -sums[account.member_id], source=_source(account), at=expires_at)
        for account in accounts
        if account.member_id in sums
    ]
    if lines:
        session.execute(insert(Entry), lines)
        _empty_lots(session, over)
        _carry_over(session, [line["member_id"] for line in lines])
    _note_next(session, member_ids)
    announce_all(
        session,
        [
            PointsExpired(line["member_id"], -line["amount"], line["balance_after"], line["source_id"], line["at"])
            for line in lines
        ],
    )
    return len(accounts)


def _source(account: Row[*tuple[Any, ...]]) -> Source:
    return Source("expiry", account.last_seq + 1)


def _empty_lots(session: Session, over: ColumnElement[bool]) -> None:
    """Allocate what is free in the lots to the lines just written, which no account knows yet, and empty the lots."""
    seq = Account.last_seq + 1
    parts = (
        select(Lot.member_id, seq, Lot.lot_no, seq, Lot.remaining - Lot.held)
        .join(Account, Account.member_id == Lot.member_id)
        .where(over)
    )
    columns = ["member_id", "entry_seq", "lot_no", "by_seq", "amount"]
    session.execute(insert(Allocation).from_select(columns, parts))
    session.execute(update(Lot).where(over).values(remaining=Lot.held), execution_options=UNSYNCHRONISED)


def _carry_over(session: Session, member_ids: Sequence[int]) -> None:
    """Let the accounts end where their journals end now."""
    mine = (Account.member_id.in_(member_ids), Entry.member_id == Account.member_id, Entry.seq == Account.last_seq + 1)
    ends = {"balance": Entry.balance_after, "last_seq": Entry.seq, "last_hash": Entry.hash, "last_at": Entry.at}
    session.execute(update(Account).where(*mine).values(ends), execution_options=UNSYNCHRONISED)


def _note_next(session: Session, member_ids: Sequence[int]) -> None:
    first = (
        select(func.min(Lot.expires_at))
        .where(Lot.member_id == Account.member_id, Lot.remaining > Lot.held)
        .scalar_subquery()
    )
    mine = Account.member_id.in_(member_ids)
    session.execute(update(Account).where(mine).values(next_expiry_at=first), execution_options=UNSYNCHRONISED)
    soonest = _soonest(Account.next_expiry_at, *LATER_STEPS)
    session.execute(update(Account).where(mine).values(next_due_at=soonest), execution_options=UNSYNCHRONISED)


def _soonest(*moments: InstrumentedAttribute[datetime | None]) -> ColumnElement[datetime | None]:
    """The least of the moments that are known: LEAST and MIN of SQL take an unknown one for the least."""
    before = [[or_(other.is_(None), moment <= other) for other in moments if other is not moment] for moment in moments]
    known = [and_(moment.is_not(None), *than) for moment, than in zip(moments, before, strict=True)]
    return case(*zip(known, moments, strict=True))


def due_accounts(session: Session, *, now: datetime) -> int:
    """How many accounts have something due at `now`: how far a night still has to go."""
    return session.scalar(select(func.count()).where(Account.next_due_at <= now)) or 0
