"""Pieces of prizes that can run out. A piece is given once and never comes back."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from backend.kit.guarded import hit_one
from backend.lottery.book import Prize
from backend.lottery.models import DayStock, Reason, Stock


class Gone(Exception):
    """Somebody else has taken the last piece, of the day or of all. It never leaves the domain."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Shelf:
    """Where the pieces of a prize lie on a shop day."""

    draw_id: int
    prize_no: int
    prize: Prize
    day: date

    @property
    def in_all(self) -> tuple[ColumnElement[bool], ...]:
        """Which row counts all pieces."""
        return Stock.draw_id == self.draw_id, Stock.prize_no == self.prize_no

    @property
    def of_day(self) -> tuple[ColumnElement[bool], ...]:
        """Which row counts those of the day."""
        return DayStock.draw_id == self.draw_id, DayStock.prize_no == self.prize_no, DayStock.day == self.day


def shortage(session: Session, shelf: Shelf) -> Reason | None:
    """Why no piece can be had any more, None when it seems that one can. Locks nothing: counters only ever grow."""
    if shelf.prize.stock is not None and session.scalar(select(Stock.given >= Stock.stock).where(*shelf.in_all)):
        return "sold-out"
    if shelf.prize.per_day is not None:
        given_out = session.scalar(select(DayStock.given >= DayStock.stock).where(*shelf.of_day))
        return "day-sold-out" if given_out or given_out is None else None
    return None


def take(session: Session, shelf: Shelf) -> tuple[int | None, int | None]:
    """Take a piece: the how-manieth it is of all, and of its day; None where that is not counted. Raises Gone.

    Everyone who wins the prize waits from here to the end of the transaction. The day is locked before the whole.
    """
    of_day = in_all = None
    if shelf.prize.per_day is not None:
        one_more = update(DayStock).where(*shelf.of_day, DayStock.given < DayStock.stock)
        if not hit_one(session, one_more.values(given=DayStock.given + 1)):
            raise Gone("day-sold-out")
        of_day = session.scalar(select(DayStock.given).where(*shelf.of_day))
    if shelf.prize.stock is not None:
        one_more = update(Stock).where(*shelf.in_all, Stock.given < Stock.stock)
        if not hit_one(session, one_more.values(given=Stock.given + 1)):
            raise Gone("sold-out")
        in_all = session.scalar(select(Stock.given).where(*shelf.in_all))
    return in_all, of_day
