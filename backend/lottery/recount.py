"""What a draw's plays add up to, and whatever counts them otherwise. Reads only."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.lottery.models import DayStock, Draw, Play, Stock, Ticket, Win


@dataclass(frozen=True)
class Fault:
    """A row that is not what it must be, and in what."""

    row: str
    what: str


@dataclass(frozen=True)
class Given:
    """How many pieces were given of each limited prize, and when the last of them."""

    in_all: dict[int, tuple[int, datetime]] = field(default_factory=dict)
    of_day: dict[tuple[int, date], tuple[int, datetime]] = field(default_factory=dict)


def given_of(session: Session, draw: Draw) -> Given:
    """What the plays of a draw add up to, in one statement."""
    asked = select(Play.given, Play.played_on, func.count(), func.max(Play.played_at))
    rows = session.execute(
        asked.where(Play.draw_id == draw.id, Play.rolled == Play.given).group_by(Play.given, Play.played_on)
    )
    found = Given()
    for prize_no, day, pieces, last_at in rows:
        before, earlier_at = found.in_all.get(prize_no, (0, last_at))
        found.in_all[prize_no] = before + pieces, max(earlier_at, last_at)
        found.of_day[prize_no, day] = pieces, last_at
    return found


def wrong_stocks(session: Session, draw: Draw, given: Given) -> Iterator[Fault]:
    """Counters that are not what the plays add up to, or not of what was published."""
    limits = list(enumerate(draw.book.prizes, start=1))
    in_all = {no: prize.stock for no, prize in limits if prize.stock is not None}
    rows = session.execute(select(Stock.prize_no, Stock.stock, Stock.given).where(Stock.draw_id == draw.id)).all()
    counted = {no: (stock, count) for no, stock, count in rows}
    yield from _differences("lottery_stocks", in_all, counted, {no: one[0] for no, one in given.in_all.items()})
    days = draw.book.days
    of_day = {(no, day): prize.per_day for no, prize in limits if prize.per_day is not None for day in days}
    day_rows = session.execute(
        select(DayStock.prize_no, DayStock.day, DayStock.stock, DayStock.given).where(DayStock.draw_id == draw.id)
    )
    counted_days = {(no, day): (stock, count) for no, day, stock, count in day_rows}
    yield from _differences("lottery_day_stocks", of_day, counted_days, {k: one[0] for k, one in given.of_day.items()})


def _differences(
    table: str, published: dict[Any, int], counted: dict[Any, tuple[int, int]], given: dict[Any, int]
) -> Iterator[Fault]:
    for key in sorted(published.keys() | counted.keys()):
        stock, pieces = published.get(key, 0), given.get(key, 0)
        said = counted.get(key, (0, 0))
        if said != (stock, pieces) or pieces > stock:
            yield Fault(
                f"{table} {key}", f"says that {said[1]} of {said[0]} were given, and it were {pieces} of {stock}"
            )


def wrong_tickets(session: Session, draw: Draw) -> Iterator[Fault]:
    """Tickets that were not played as often as they say."""
    played = select(Play.ticket_id, func.count()).where(Play.draw_id == draw.id, Play.ticket_id.is_not(None))
    used = {row[0]: row[1] for row in session.execute(played.group_by(Play.ticket_id))}
    for ticket_id, said in session.execute(select(Ticket.id, Ticket.used).where(Ticket.draw_id == draw.id)):
        if used.pop(ticket_id, 0) != said:
            yield Fault(f"lottery_tickets {ticket_id}", f"says that {said} were played, and it were others")
    yield from (Fault(f"lottery_tickets {ticket_id}", "was played and is not there") for ticket_id in used)


def wrong_wins(session: Session, draw: Draw) -> Iterator[Fault]:
    """Goods that were won and do not wait, or wait and were not won."""
    goods = [no for no, prize in enumerate(draw.book.prizes, start=1) if prize.kind == "goods"]
    won = select(Play.id).where(Play.draw_id == draw.id, Play.given.in_(goods))
    waiting = select(Win.play_id).where(Win.draw_id == draw.id)
    for play_id in sorted(set(session.scalars(won)) ^ set(session.scalars(waiting))):
        yield Fault(f"lottery_wins {play_id}", "does not go with its play")
