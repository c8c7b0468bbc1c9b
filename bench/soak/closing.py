"""What must hold of the whole store after the year, whatever happened in it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from itertools import pairwise
from traceback import format_exc

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend import adjustments, insights, lifecycle, mall, points
from backend.kit.calendar import shop_day
from backend.points.models import HELD, WAITING, Account, Entry, Hold, Pending
from backend.purchases.models import Purchase, Refund
from backend.runtime import Runtime
from bench.soak.night import Night, nightly
from bench.soak.world import World

MOST_TOLD = 20
MOST_MONTHS = 16
MOST_ORDERS = 100


@dataclass(frozen=True)
class Closing:
    """A store after the year, and its last night, in which all that was under way ends."""

    runtime: Runtime
    worlds: list[World]
    last: Night

    @property
    def now(self) -> datetime:
        """After everything."""
        return self.last.at


def faults(closing: Closing, *, tell: Callable[[str, int, int], None]) -> list[str]:
    """Everything that is not as it must be; empty when all is well. `tell` hears the check, and how far of what."""
    found = _found("the last night", lambda: _last_night(closing.last))
    found += _found("books", lambda: _books(closing, lambda done, of: tell("books of every member", done, of)))
    for name, check in CHECKS.items():
        with closing.runtime.sessions.read() as session:
            found += _found(name, partial(check, session, closing))
        tell(name, 1, 1)
    return found


def _found(name: str, check: Callable[[], Iterable[str]]) -> list[str]:
    """What a check finds, or how it failed."""
    try:
        return [f"{name}: {what}" for what in check()]
    except Exception:  # noqa: BLE001  a check that cannot be made is a finding
        return [f"{name}: {format_exc(limit=-3)}"]


def _last_night(night: Night) -> list[str]:
    nightly(night)
    return []


def _books(closing: Closing, tell: Callable[[int, int], None]) -> list[str]:
    """Ledger, tiers, what every purchase earned, uses and counts of coupons, and the stock of the mall: the product's
    own sweep, which freezes nobody here.
    """
    done = insights.reconcile(closing.runtime.sessions, now=closing.now, freezes=False, from_start=True, watch=tell)
    with closing.runtime.sessions.read() as session:
        found = insights.found_faults(session, done.reconciliation_id, limit=MOST_TOLD)
    return [f"{fault.member_id} {fault.domain} {fault.place}: {fault.what}" for fault in found]


def _orders(session: Session, closing: Closing) -> Iterator[str]:
    """Every sale and every refund that a till reported is there once, and no other."""
    for table, reported in (
        (Purchase, sum(world.orders_reported for world in closing.worlds)),
        (Refund, sum(world.refunds_reported for world in closing.worlds)),
    ):
        kept = session.scalar(select(func.count()).select_from(table))
        if kept != reported:
            yield f"{kept} {table.__tablename__} are kept and {reported} were reported"


def _liability(session: Session, closing: Closing) -> Iterator[str]:
    """The months of finance add up, each from the one before."""
    last = shop_day(closing.now)
    report = insights.liability(session, _months_before(last), last, now=closing.now)
    for proof in (*report.proofs, *(proof for month in report.months for proof in month.proofs)):
        if not proof.holds:
            yield f"{proof.name} is {proof.found} and should be {proof.expected}"
    for month, following in pairwise(report.months):
        if month.closing != following.opening:
            yield f"{following.first} does not open with what {month.first} closed with"


def _written_and_left(session: Session, _closing: Closing) -> Iterator[str]:
    """All points that were ever written are what members have, less what they owe."""
    written = int(session.scalar(select(func.sum(Entry.amount))) or 0)
    left = int(session.scalar(select(func.sum(Account.balance))) or 0)
    if written != left:
        yield f"{written} points were written and {left} are left"


def _halves(session: Session, closing: Closing) -> Iterator[str]:
    """Nothing is half done: what was under way has ended, by itself or by the last night."""
    still = Account.frozen_at.is_not(None)
    waiting = (
        select(func.count())
        .select_from(Pending)
        .join(Account, Account.member_id == Pending.member_id)
        .where(Pending.status == WAITING, Pending.settles_at <= closing.now, ~still)
    )
    held = (
        select(func.count())
        .select_from(Hold)
        .join(Account, Account.member_id == Hold.member_id)
        .where(Hold.status == HELD, Hold.ends_at <= closing.now, ~still)
    )
    left = {
        "accounts with something due": points.due_accounts(session, now=closing.now),
        "promises past their day": session.scalar(waiting),
        "holds past their time": session.scalar(held),
        "exchanges nobody fetched": len(mall.due_to_lapse(session, now=closing.now, limit=MOST_ORDERS)),
        "grants under way": len(adjustments.under_way(session, limit=MOST_ORDERS)),
        "closures of members due": _closures(session, closing.now),
    }
    yield from (f"{count} {what}" for what, count in left.items() if count)


def _closures(session: Session, now: datetime) -> int:
    """Those that are due; who is frozen has to wait."""
    due = lifecycle.closures_due(session, now=now, limit=MOST_ORDERS)
    member_ids = session.scalars(select(lifecycle.Closure.member_id).where(lifecycle.Closure.id.in_(due))).all()
    frozen = select(func.count()).where(Account.member_id.in_(member_ids), Account.frozen_at.is_not(None))
    return len(due) - (session.scalar(frozen) or 0)


def _months_before(day: date) -> date:
    return (day - timedelta(days=30 * (MOST_MONTHS - 1))).replace(day=1)


CHECKS: dict[str, Callable[[Session, Closing], Iterator[str]]] = {
    "orders are kept once": _orders,
    "the months of finance": _liability,
    "what was written is what is left": _written_and_left,
    "nothing is half done": _halves,
}
