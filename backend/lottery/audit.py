"""A draw checked afterwards: every play recomputed from the seed and looked up in the journal of points, every piece
counted. Reads only.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Final

from sqlalchemy import Row, func, or_, select
from sqlalchemy.orm import Session

from backend import points
from backend.kit.calendar import shop_day
from backend.lottery.book import DrawBook, PointsCost, PointsPrize, digest_of
from backend.lottery.models import Draw, Play
from backend.lottery.queries import seed_of
from backend.lottery.recount import Fault, Given, given_of, wrong_stocks, wrong_tickets, wrong_wins
from backend.lottery.rules import COST, PRIZE, commitment, roll
from config import policy

SLICE: Final = 1000

Amounts = Mapping[tuple[int, points.Source], int]


def count_plays(session: Session, draw: Draw) -> int:
    """How many plays there are to recompute."""
    return session.scalar(select(func.count()).where(Play.draw_id == draw.id)) or 0


def verify(session: Session, draw: Draw, *, progress: Callable[[int], object] = lambda _done: None) -> list[Fault]:
    """All that is wrong with a published draw, of its plays the first; nothing while all is well.

    `progress` is told how many plays each slice had. Read in a session that holds still. Raises DrawUnknown.
    """
    seed, given = seed_of(session, draw), given_of(session, draw)
    faults = [*_terms(draw, seed)]
    if not faults:
        first = next(_plays(session, draw, seed, given, progress), None)
        faults = [*([first] if first else []), *wrong_stocks(session, draw, given), *wrong_tickets(session, draw)]
        faults += wrong_wins(session, draw)
    return faults


def _terms(draw: Draw, seed: bytes) -> Iterator[Fault]:
    row = f"lottery_draws {draw.id}"
    if commitment(seed) != draw.commitment:
        yield Fault(row, "the seed is not the one that was committed to")
    if digest_of(draw.definition) != draw.digest:
        yield Fault(row, "the definition is not the one that was published")
    elif (draw.opens_at, draw.closes_at) != (draw.book.opens_at, draw.book.closes_at):
        yield Fault(row, "it opens or closes at another instant than was published")


def _plays(
    session: Session, draw: Draw, seed: bytes, given: Given, progress: Callable[[int], object]
) -> Iterator[Fault]:
    """What is wrong with the plays, player by player in the order of their numbers."""
    book, last = draw.book, (0, 0)
    while rows := _slice(session, draw, last):
        moved = points.moved_by(session, {play.player_id for play in rows}, (COST, PRIZE))
        for play in rows:
            expected = last[1] + 1 if play.player_id == last[0] else 1
            if play.no != expected:
                what = f"is number {play.no} of its player and should be {expected}"
                yield Fault(f"lottery_plays {play.id}", what)
            wrong = _wrong_prize(play, draw, book, seed, given), _wrong_frame(play, draw, book)
            for what in chain(*wrong, _wrong_points(play, book, moved)):
                yield Fault(f"lottery_plays {play.id}", what)
            last = play.player_id, play.no
        progress(len(rows))


def _slice(session: Session, draw: Draw, after: tuple[int, int]) -> Sequence[Row[Any]]:
    player_id, no = after
    beyond = Play.player_id >= player_id, or_(Play.player_id > player_id, Play.no > no)
    mine = select(*Play.__table__.columns).where(Play.draw_id == draw.id, *beyond)
    return session.execute(mine.order_by(Play.player_id, Play.no).limit(SLICE)).all()


def _wrong_prize(play: Row[Any], draw: Draw, book: DrawBook, seed: bytes, given: Given) -> Iterator[str]:
    if play.roll != (should := roll(seed, draw.id, play.player_id, play.no)):
        yield f"says roll {play.roll}, and the seed gives {should}"
    elif play.rolled != (prize := book.prize_at(play.roll)):
        yield f"says that roll {play.roll} is prize {play.rolled}, and it is {prize}"
    elif play.given != (given_no := book.fallback_no if play.fell_back else play.rolled):
        yield f"gave prize {play.given} and should have given {given_no}"
    elif play.fell_back and not _had_run_out(play, book, given):
        yield f"fell back ({play.fell_back}) while prize {play.rolled} had not run out"
    if bool(play.won) != (play.fell_back is None and book.wins(play.given)):
        yield "is wrongly called a win or none"


def _wrong_frame(play: Row[Any], draw: Draw, book: DrawBook) -> Iterator[str]:
    if not draw.opens_at <= play.played_at < min(draw.closes_at, draw.ends_at + policy.DRAW_REVEAL_AFTER):
        yield "was made while the draw was not open"
    if play.played_on != shop_day(play.played_at):
        yield "is counted on another day than it was made"
    if (play.ticket_id is None) != (book.cost.kind == "points"):
        yield "was not paid as the draw asks"
    if (play.piece is None) != (play.fell_back is not None or book.prize(play.given).stock is None):
        yield "counts a piece where there is none, or none where there is one"
    elif play.piece is not None and play.piece > (book.prize(play.given).stock or 0):
        yield f"is piece {play.piece} of a prize that has fewer"


def _wrong_points(play: Row[Any], book: DrawBook, moved: Amounts) -> Iterator[str]:
    """What does not agree with the journal, which is chained: nobody makes a play up there."""
    prize = book.prize(play.given)
    price = book.cost.points if isinstance(book.cost, PointsCost) else 0
    if moved.get((play.player_id, points.Source(COST, str(play.id))), 0) != -price:
        yield "did not cost the points that the draw asks"
    gain = prize.points if isinstance(prize, PointsPrize) else 0
    if moved.get((play.player_id, points.Source(PRIZE, str(play.id))), 0) != gain:
        yield "did not give the points of its prize"


def _had_run_out(play: Row[Any], book: DrawBook, given: Given) -> bool:
    """Whether the last piece was given by then; calls that ran side by side may be told in another order.

    Why no coupon was given is the template's to tell.
    """
    prize = book.prize(play.rolled)
    if play.fell_back == "coupon-refused":
        return prize.kind == "coupon"
    if play.fell_back == "sold-out":
        most, (pieces, last_at) = prize.stock, given.in_all.get(play.rolled, (0, play.played_at))
    else:
        most = prize.per_day
        pieces, last_at = given.of_day.get((play.rolled, play.played_on), (0, play.played_at))
    return most is not None and pieces >= most and last_at <= play.played_at + policy.DRAW_REVEAL_AFTER
