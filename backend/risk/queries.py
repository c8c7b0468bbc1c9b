from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from backend.kit.calendar import shop_day
from backend.risk.blocks import blocked_kinds
from backend.risk.book import RiskBook
from backend.risk.models import Count, Signal
from backend.risk.rules import Code, Evidence
from backend.risk.service import BILL, STORE, Bill, Digests, digests_of_bill

MINUTE: Final = timedelta(minutes=1)
COUNTED: Final[dict[str, Code]] = {
    "device": "shared-device",
    "ip": "shared-ip",
    "net": "shared-net",
    "phone": "phone-prefix",
    BILL: "same-bill",
    STORE: "same-store",
}


@dataclass(frozen=True)
class Case:
    """An invitation that is to be judged: who joined by whom and when, and the purchase that would be rewarded."""

    newcomer_id: int
    newcomer_joined_at: datetime
    inviter_id: int
    inviter_joined_at: datetime
    bill: Bill
    paid_at: datetime
    least_fen: int


def evidence(session: Session, case: Case, book: RiskBook) -> Evidence:
    """What is known of a case, in three statements, however many members there are."""
    theirs = select(Signal).where(Signal.member_id.in_((case.newcomer_id, case.inviter_id)))
    signals = session.scalars(theirs).all()
    mine = [(one.kind, one.value) for one in signals if one.member_id == case.newcomer_id]
    joined_with = [(one.kind, one.value) for one in signals if one.member_id == case.newcomer_id and one.joined_with]
    inviters = {one.value for one in signals if one.member_id == case.inviter_id and one.kind == "device"}
    found: Evidence = {"fresh-inviter": max((case.newcomer_joined_at - case.inviter_joined_at).days, 0)}
    if inviters & {value for kind, value in mine if kind == "device"}:
        found["inviter-device"] = 1
    found |= _of_bill(case)
    found |= _counted(session, [*joined_with, *digests_of_bill(session, case.bill)], case, book)
    blocked = blocked_kinds(session, mine)
    return found | _flags(blocked)


def _of_bill(case: Case) -> Evidence:
    found: Evidence = {"quick-purchase": max((case.paid_at - case.newcomer_joined_at) // MINUTE, 0)}
    if case.least_fen:
        found["minimal-purchase"] = max(case.bill.paid_fen - case.least_fen, 0) * 100 // case.least_fen
    return found


def _flags(blocked: set[str]) -> Evidence:
    found: Evidence = {}
    if "device" in blocked:
        found["blocked-device"] = 1
    if "net" in blocked:
        found["blocked-net"] = 1
    return found


def _counted(session: Session, seen: Digests, case: Case, book: RiskBook) -> Evidence:
    """The counts of the window: around the joining for what somebody joined with, around the purchase for its bill."""
    around = timedelta(days=book.window_days)
    of_joining = _span(case.newcomer_joined_at, around)
    of_bill = _span(case.paid_at, around)
    first, last = min(of_joining[0], of_bill[0]), max(of_joining[1], of_bill[1])
    rows = select(Count.kind, Count.day, func.sum(Count.seen)).where(
        tuple_(Count.kind, Count.value).in_(seen), Count.day.between(first, last)
    )
    sums: dict[str, int] = {}
    for kind, day, times in session.execute(rows.group_by(Count.kind, Count.day)):
        begins, ends = of_bill if kind in {BILL, STORE} else of_joining
        if begins <= day <= ends:
            sums[kind] = sums.get(kind, 0) + int(times)  # a sum is a DECIMAL on MariaDB
    return {code: sums[kind] for kind, code in COUNTED.items() if kind in sums}


def _span(at: datetime, around: timedelta) -> tuple[date, date]:
    return shop_day(at - around), shop_day(at + around)


def seen_with(session: Session, member_id: int, *, limit: int) -> Sequence[Signal]:
    """What a member was seen with, the newest first."""
    mine = select(Signal).where(Signal.member_id == member_id)
    return session.scalars(mine.order_by(Signal.last_at.desc()).limit(limit)).all()
