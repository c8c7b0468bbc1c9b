from datetime import datetime
from random import Random

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend import points, tiers
from backend.kit.calendar import shop_day
from backend.kit.ids import new_id
from backend.lottery.awarding import award
from backend.lottery.book import DrawBook, PointsCost
from backend.lottery.errors import (
    DayLimitReached,
    DrawEnded,
    DrawPaused,
    LimitReached,
    NotOpenYet,
    TierNotAllowed,
)
from backend.lottery.models import Draw, Play
from backend.lottery.queries import get, played, seed_of
from backend.lottery.rules import COST, roll
from backend.lottery.tickets import use_ticket


def play(session: Session, member_id: int, *, draw_id: int, rng: Random, now: datetime) -> Play:
    """Play a draw once: pay, roll, and be given what was rolled or, when that has run out, the fallback.

    The roll follows from the seed, the draw, the member and the number of the play, and from nothing else: a play that
    was undone rolls the same when it is made again. `rng` is for pickup codes only. Raises DrawUnknown, NotOpenYet,
    DrawPaused, DrawEnded, TierNotAllowed, DayLimitReached, LimitReached, NoTicket, points.Insufficient, points.Frozen,
    points.NoAccount; nothing has changed then.
    """
    account = points.lock(session, member_id, now=now)
    draw = get(session, draw_id)
    book = draw.book
    _check_open(draw, now)
    _check_tier(session, member_id, book, now)
    _check_limits(session, member_id, draw, now)
    made = _play(session, draw, member_id, now=now)
    _pay(session, account, made, book, now=now)
    made.roll = roll(seed_of(session, draw), draw.id, made.player_id, made.no)
    made.rolled = book.prize_at(made.roll)
    award(session, account, draw, made, rng=rng, now=now)
    return made


def _check_open(draw: Draw, now: datetime) -> None:
    phase = draw.phase(now)
    if phase == "announced":
        raise NotOpenYet
    if phase == "paused":
        raise DrawPaused
    if phase != "open":
        raise DrawEnded


def _check_tier(session: Session, member_id: int, book: DrawBook, now: datetime) -> None:
    if book.tiers is not None and tiers.standing(session, member_id, now=now).tier.code not in book.tiers:
        raise TierNotAllowed


def _check_limits(session: Session, member_id: int, draw: Draw, now: datetime) -> None:
    limits = draw.book.limits
    if limits.ever is None and limits.day is None:
        return
    ever, today = played(session, member_id, draw.id, now=now)
    if limits.ever is not None and ever >= limits.ever:
        raise LimitReached(most=limits.ever)
    if limits.day is not None and today >= limits.day:
        raise DayLimitReached(most=limits.day)


def _play(session: Session, draw: Draw, member_id: int, *, now: datetime) -> Play:
    """The member's next play. What was played as another one, before two became one, is counted apart."""
    own = select(func.max(Play.no)).where(Play.draw_id == draw.id, Play.player_id == member_id)
    return Play(
        id=new_id(),
        draw_id=draw.id,
        member_id=member_id,
        player_id=member_id,
        no=(session.scalar(own) or 0) + 1,
        played_on=shop_day(now),
        played_at=now,
    )


def _pay(session: Session, account: points.Account, made: Play, book: DrawBook, *, now: datetime) -> None:
    if isinstance(book.cost, PointsCost):
        points.spend(session, account, book.cost.points, source=points.Source(COST, made.id), now=now)
    else:
        made.ticket_id = use_ticket(session, made.draw_id, made.member_id)
