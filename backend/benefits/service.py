"""Uses: counted within the quota of their period, once a reference, and undone once."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import plans, points
from backend.benefits.book import PLAIN
from backend.benefits.counting import put_back, take
from backend.benefits.entitling import Grant, check_store, entitled
from backend.benefits.errors import RefReused, UsedElsewise, UseUnknown
from backend.benefits.models import Use
from backend.benefits.rules import checked_reason, period_of
from backend.kit.calendar import shop_day
from backend.kit.ids import new_id

OF_THE_TILL = "till"


@dataclass(frozen=True)
class Place:
    """Where a use is noted, how it came to be, and the reference by which it is the only one there."""

    store_id: int
    way: str
    ref: str


def use(
    session: Session, member_id: int, code: str, *, amount: int, store_id: int, ref: str, now: datetime
) -> tuple[Use, bool]:
    """Note at the counter that a member used a benefit. What was noted with this `ref` before is answered as it is
    (then False).

    Raises RefReused, BenefitUnknown, UsedElsewise, NotHere, NotEntitled, QuotaUsedUp, points.NoAccount,
    points.AccountClosed.
    """
    points.lock(session, member_id, now=now)
    earlier = of_ref(session, code, store_id=store_id, ref=ref)
    if earlier is not None:
        return same(earlier, member_id=member_id, amount=amount), False
    grant = entitled(session, member_id, code, now=now)
    if grant.benefit.kind not in PLAIN:
        raise UsedElsewise
    check_store(session, grant.benefit, store_id)
    place = Place(store_id, OF_THE_TILL, ref)
    return count(session, member_id, grant, amount=amount, place=place, day=shop_day(now), now=now), True


def count(
    session: Session, member_id: int, grant: Grant, *, amount: int, place: Place, day: date, now: datetime
) -> Use:
    """Count a use of a grant on a shop day; the account is locked. Raises QuotaUsedUp."""
    period = period_of(grant.terms.per, day, place.ref)
    take(session, member_id, grant.benefit.code, period, amount, most=grant.terms.amount)
    noted = Use(
        id=new_id(),
        member_id=member_id,
        benefit=grant.benefit.code,
        name=grant.benefit.name,
        period=period,
        amount=amount,
        store_id=place.store_id,
        way=place.way,
        ref=place.ref,
        tier_code=grant.tier_code,
        book_version=grant.book_version,
        used_on=day,
        used_at=now,
    )
    session.add(noted)
    session.flush()  # who goes on refers to it; of two with one reference the second fails here
    if grant.by_plan:
        worth = grant.benefit.worth_fen * amount
        plans.note_use(session, member_id, noted.benefit, worth_fen=worth, source=_source(noted), now=now)
    return noted


def of_ref(session: Session, code: str, *, store_id: int, ref: str) -> Use | None:
    """The use that a store noted of a benefit with a reference, read anew."""
    asked = select(Use).where(Use.store_id == store_id, Use.benefit == code, Use.ref == ref)
    return session.scalar(asked.execution_options(populate_existing=True))


def same(earlier: Use, *, member_id: int | None, amount: int) -> Use:
    """A use that was noted before, where this is what was noted. Raises RefReused."""
    if earlier.way != OF_THE_TILL or earlier.amount != amount or member_id not in {None, earlier.member_id}:
        raise RefReused
    return earlier


def reverse(
    session: Session, use_id: int, *, by: str, reason: str | None = None, store_id: int | None = None, now: datetime
) -> Use:
    """Undo a use of the counter: its period has so much more again. What was undone before is answered as it is.

    A till undoes those of its own store; an operator (`store_id` None) says why. Raises UseUnknown, UsedElsewise,
    ReasonRefused.
    """
    words = checked_reason(reason) if reason is not None else None
    found = session.get(Use, use_id)
    if found is None or store_id not in {None, found.store_id}:
        raise UseUnknown
    if found.way != OF_THE_TILL:
        raise UsedElsewise
    points.lock(session, found.member_id, now=now)
    undo(session, found, by=by, reason=words, now=now)
    return found


def undo(session: Session, done: Use, *, by: str, reason: str | None = None, now: datetime) -> None:
    """Let a use count no more, once; the account is locked."""
    session.refresh(done)  # perhaps it was undone while we waited
    if done.reversed_at is None:
        put_back(session, done.member_id, done.benefit, done.period, done.amount)
        done.reversed_at, done.reversed_by, done.reversed_for = now, by, reason
        plans.undo_use(session, source=_source(done), now=now)
        session.flush()  # whoever asks for the same in this transaction reads it


def give_back(session: Session, use_id: int, *, by: str, reason: str | None = None, now: datetime) -> None:
    """Let the use of a booking count no more, once; the account is locked. Raises UseUnknown."""
    done = session.get(Use, use_id)
    if done is None:
        raise UseUnknown
    undo(session, done, by=by, reason=reason, now=now)


def _source(use: Use) -> points.Source:
    return points.Source("benefit-use", use.id)
