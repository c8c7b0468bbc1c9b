"""What a play gives: the prize that was rolled, or the fallback in place of one that has run out."""

from datetime import datetime, timedelta
from random import Random
from typing import Final

from sqlalchemy.orm import Session

from backend import coupons, points
from backend.kit.calendar import day_end, shop_day
from backend.kit.facts import announce
from backend.kit.ids import digits
from backend.lottery.book import CouponPrize, GoodsPrize, PointsPrize, Prize
from backend.lottery.facts import DrawWon
from backend.lottery.models import Draw, Play, Reason, Win
from backend.lottery.rules import PRIZE
from backend.lottery.stocks import Gone, Shelf, shortage, take

PICKUP_CODE_DIGITS: Final = 12  # a till's scanner and its number pad both take digits
COUPON_REFUSALS: Final = (
    coupons.LimitReached,
    coupons.NotForYou,
    coupons.NotLive,
    coupons.SoldOut,
    coupons.SoldOutToday,
    coupons.TemplateUnknown,
)


def award(session: Session, account: points.Account, draw: Draw, play: Play, *, rng: Random, now: datetime) -> None:
    """Give what the play has rolled, as far as there is any left, and write the play down."""
    book = draw.book
    play.given, play.won = play.rolled, book.wins(play.rolled)
    shelf = Shelf(draw.id, play.rolled, book.prize(play.rolled), play.played_on)
    if not shelf.prize.limited:
        _give(session, account, draw, play, rng=rng, now=now)
    elif reason := _give_piece(session, account, draw, play, shelf, rng=rng, now=now):
        play.fell_back, play.given, play.won = reason, book.fallback_no, False
        _give(session, account, draw, play, rng=rng, now=now)
    session.add(play)
    session.flush()  # a number that was used meanwhile is met here and not when the call has ended


def pick_up_by(prize: GoodsPrize, won_at: datetime) -> datetime:
    """Goods are handed over while now < pick_up_by: to the end of the last of so many more days."""
    return day_end(shop_day(won_at) + timedelta(days=prize.pick_up_within_days))


def _give_piece(
    session: Session, account: points.Account, draw: Draw, play: Play, shelf: Shelf, *, rng: Random, now: datetime
) -> Reason | None:
    """Give a piece of a prize that can run out; why that was not possible, and then nothing has changed."""
    if reason := shortage(session, shelf):
        return reason
    try:
        with session.begin_nested():
            _give(session, account, draw, play, rng=rng, now=now)
            session.flush()  # all else is written before the stock, which everyone who wins waits for, is locked
            play.piece, play.piece_of_day = take(session, shelf)
    except Gone as gone:
        return gone.reason
    except COUPON_REFUSALS:
        return "coupon-refused"
    return None


def _give(session: Session, account: points.Account, draw: Draw, play: Play, *, rng: Random, now: datetime) -> None:
    prize, win = draw.book.prize(play.given), None
    if isinstance(prize, PointsPrize):
        points.credit(session, account, prize.points, source=points.Source(PRIZE, play.id), now=now)
    elif isinstance(prize, CouponPrize):
        source = points.Source(PRIZE, play.id)
        coupons.grant(session, account, prize.template, source=source, rng=rng, now=now)
    elif isinstance(prize, GoodsPrize):
        win = _win(draw, play, prize, rng=rng, now=now)
        session.add(win)
    if play.won:
        announce(session, _fact(draw, play, prize, win))


def _win(draw: Draw, play: Play, prize: GoodsPrize, *, rng: Random, now: datetime) -> Win:
    return Win(
        play_id=play.id,
        draw_id=draw.id,
        member_id=play.member_id,
        draw_title=draw.title,
        prize_name=prize.name,
        pickup_code=digits(rng, PICKUP_CODE_DIGITS),
        won_at=now,
        pick_up_by=pick_up_by(prize, now),
    )


def _fact(draw: Draw, play: Play, prize: Prize, win: Win | None) -> DrawWon:
    if prize.kind == "nothing":
        raise ValueError("nothing is nothing to tell of")
    return DrawWon(
        member_id=play.member_id,
        play_id=play.id,
        draw_title=draw.title,
        prize_name=prize.name,
        kind=prize.kind,
        pickup_code=win.pickup_code if win else None,
        pick_up_by=win.pick_up_by if win else None,
        at=play.played_at,
    )
