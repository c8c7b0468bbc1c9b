"""Two files of one day laid side by side, and what a month comes to."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.kit.calendar import add_months
from backend.partners.models import CONFIRMED, Exchange, Terms
from backend.partners.rules import IN, fen_of

PAGE = 1000


@dataclass(frozen=True)
class Line:
    """An exchange as a file tells it. `direction` is ours, whoever wrote the file; `points` are the giver's."""

    ref: str
    direction: str
    points: int
    at: datetime


@dataclass(frozen=True)
class Difference:
    """What does not agree: "missing-here", "missing-there", "points-differ", "twice" (in their file), or "other-day"
    (confirmed here on `here_on`, around whose midnight the clocks may differ).
    """

    kind: str
    ref: str
    direction: str
    here: int | None
    there: int | None
    here_on: date | None = None


@dataclass(frozen=True)
class Settled:
    """What a month comes to in a direction by one version of terms: our points, theirs, and what is paid for them."""

    direction: str
    terms_version: int
    exchanges: int
    ours: int
    theirs: int
    fen: int


def day_lines(session: Session, partner_id: int, day: date) -> Iterator[Line]:
    """The exchanges that were confirmed here on a shop day, in the order in which they began."""
    after = 0
    while True:
        mine = select(Exchange).where(Exchange.partner_id == partner_id, Exchange.done_on == day, Exchange.id > after)
        found = session.scalars(mine.order_by(Exchange.id).limit(PAGE)).all()
        yield from (Line(one.ref, one.direction, one.given, one.done_at or one.begun_at) for one in found)
        if len(found) < PAGE:
            return
        after = found[-1].id


def reconcile(session: Session, partner_id: int, day: date, theirs: Iterable[Line]) -> list[Difference]:
    """What differs between the partner's file of a day and ours, by direction and reference. Writes nothing."""
    here = {(one.direction, one.ref): one.points for one in day_lines(session, partner_id, day)}
    there: dict[tuple[str, str], int] = {}
    found: list[Difference] = []
    for line in theirs:
        key = line.direction, line.ref
        if key in there:
            found.append(Difference("twice", line.ref, line.direction, here.get(key), line.points))
        there[key] = line.points
    differing = [key for key in sorted(here.keys() | there.keys()) if here.get(key) != there.get(key)]
    return found + [_difference(session, partner_id, key, here.get(key), there.get(key)) for key in differing]


def settlement(session: Session, partner_id: int, month: date) -> list[Settled]:
    """What was exchanged in a month and is to be settled, each exchange by the terms that it was begun under."""
    sums = (
        select(
            Exchange.direction, Exchange.terms_version, func.count(), func.sum(Exchange.given), func.sum(Exchange.taken)
        )
        .where(Exchange.partner_id == partner_id)
        .where(Exchange.done_on >= month, Exchange.done_on < add_months(month, 1))
        .group_by(Exchange.direction, Exchange.terms_version)
        .order_by(Exchange.direction, Exchange.terms_version)
    )
    return [_settled(session, partner_id, *row) for row in session.execute(sums)]


def _difference(
    session: Session, partner_id: int, key: tuple[str, str], here: int | None, there: int | None
) -> Difference:
    direction, ref = key
    if here is not None:
        return Difference("missing-there" if there is None else "points-differ", ref, direction, here, there)
    asked = select(Exchange.given, Exchange.done_on).where(
        Exchange.partner_id == partner_id,
        Exchange.direction == direction,
        Exchange.ref == ref,
        Exchange.status == CONFIRMED,
    )
    other = session.execute(asked).one_or_none()
    if other is None:
        return Difference("missing-here", ref, direction, None, there)
    return Difference("other-day", ref, direction, other.given, there, other.done_on)


def _settled(
    session: Session, partner_id: int, direction: str, version: int, count: int, given: int, taken: int
) -> Settled:
    given, taken = int(given), int(taken)  # DECIMALs on MariaDB
    ours, theirs = (taken, given) if direction == IN else (given, taken)
    price = session.get_one(Terms, (partner_id, version)).way(direction).price
    return Settled(direction, version, count, ours, theirs, fen_of(ours, price))
