from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from backend import members, tiers
from backend.kit.calendar import shop_day
from backend.kit.pii import vault
from backend.lottery.errors import DrawUnknown
from backend.lottery.models import Decision, Draw, Play, Ticket, Win
from backend.lottery.rules import RUNNING
from config import policy

LARGEST_LIST = 1000


@dataclass(frozen=True)
class Mine:
    """How a member stands in a draw: plays left (None: as many as they can pay for) and tickets that can be played."""

    allowed: bool
    played: int
    left: int | None
    tickets: int


@dataclass(frozen=True)
class Winner:
    """Somebody who won a prize, as others may see it."""

    play_id: int
    name: str
    prize_no: int
    played_at: datetime


def find(session: Session, draw_code: str) -> Draw:
    """The draw with this code, drafts too. Raises DrawUnknown."""
    draw = session.scalar(select(Draw).where(Draw.code == draw_code))
    if draw is None:
        raise DrawUnknown
    return draw


def get(session: Session, draw_id: int) -> Draw:
    """A published draw, also one that has ended. Raises DrawUnknown."""
    draw = session.get(Draw, draw_id)
    if draw is None or draw.status == "draft":
        raise DrawUnknown
    return draw


def all_draws(session: Session) -> Sequence[Draw]:
    """Every draw, newest first, a thousand at most."""
    return session.scalars(select(Draw).order_by(Draw.id.desc()).limit(LARGEST_LIST)).all()


def current(session: Session, *, now: datetime, before_id: int | None = None, limit: int) -> Sequence[Draw]:
    """Draws that are announced, open or paused, newest first, beginning below `before_id`."""
    found = running(now) if before_id is None else running(now).where(Draw.id < before_id)
    return session.scalars(found.order_by(Draw.id.desc()).limit(limit)).all()


def running(now: datetime) -> Select[Draw]:
    """Asks for draws that are announced, open or paused."""
    return select(Draw).where(Draw.status.in_(("published", "paused")), Draw.closes_at > now)


def decisions(session: Session, draw_id: int) -> Sequence[Decision]:
    """What operators did with a draw, the first first."""
    return session.scalars(select(Decision).where(Decision.draw_id == draw_id).order_by(Decision.id)).all()


def place_of_seed(draw_id: int) -> str:
    """Where the seed of a draw stands; sealed, it opens nowhere else."""
    return f"lottery_draws.seed:{draw_id}"


def seed_of(session: Session, draw: Draw) -> bytes:
    """The seed of a published draw. Not to be shown before `revealed`. Raises pii.Unreadable."""
    if draw.seed_sealed is None:
        raise DrawUnknown
    return bytes.fromhex(vault(session).open(draw.seed_sealed, place_of_seed(draw.id)))


def revealed(session: Session, draw: Draw, *, now: datetime) -> bytes | None:
    """The seed, once nobody can play any more, on a server whose clock is behind either; None before."""
    if draw.status == "draft" or now < draw.ends_at + policy.DRAW_REVEAL_AFTER:
        return None
    return seed_of(session, draw)


def mine(session: Session, member_id: int, draws: Sequence[Draw], *, now: datetime) -> dict[int, Mine]:
    """How a member stands in draws, by their ids, in three statements at most."""
    ids = [draw.id for draw in draws]
    counts, tickets = _counts(session, member_id, ids, now=now), _tickets(session, member_id, ids)
    asked = any(draw.book.tiers for draw in draws)
    tier = tiers.standing(session, member_id, now=now).tier.code if asked else None
    return {
        draw.id: Mine(
            allowed=draw.book.tiers is None or tier in draw.book.tiers,
            played=counts[draw.id][0],
            left=_left_of(draw, *counts[draw.id]),
            tickets=tickets[draw.id] if draw.phase(now) in RUNNING else 0,
        )
        for draw in draws
    }


def played(session: Session, member_id: int, draw_id: int, *, now: datetime) -> tuple[int, int]:
    """How often a member has played a draw, in all and today."""
    return _counts(session, member_id, [draw_id], now=now)[draw_id]


def plays(
    session: Session, member_id: int, draw_id: int, *, before_id: int | None = None, limit: int
) -> Sequence[Play]:
    """A member's plays of a draw, newest first, beginning below `before_id`."""
    own = select(Play).where(Play.member_id == member_id, Play.draw_id == draw_id).order_by(Play.id.desc())
    return session.scalars((own if before_id is None else own.where(Play.id < before_id)).limit(limit)).all()


def winners(session: Session, draw_id: int, *, before_id: int | None = None, limit: int) -> list[Winner]:
    """Who won more than the consolation, newest first, beginning below `before_id`; names are masked."""
    won = select(Play, members.Member).join(members.Member, members.Member.id == Play.member_id)
    won = won.where(Play.draw_id == draw_id, Play.won).order_by(Play.id.desc()).limit(limit)
    rows = session.execute(won if before_id is None else won.where(Play.id < before_id)).all()
    return [Winner(play.id, members.masked_name(session, who), play.given, play.played_at) for play, who in rows]


def wins(session: Session, member_id: int, *, now: datetime, before_id: int | None = None, limit: int) -> Sequence[Win]:
    """Goods that a member has won and can still pick up at `now`, newest first, beginning below `before_id`."""
    own = select(Win).where(Win.member_id == member_id, Win.handed_at.is_(None), Win.pick_up_by > now)
    if before_id is not None:
        own = own.where(Win.play_id < before_id)
    return session.scalars(own.order_by(Win.play_id.desc()).limit(limit)).all()


def wins_of(session: Session, play_ids: Sequence[int]) -> dict[int, Win]:
    """The goods that plays have won, by the id of the play."""
    found = session.scalars(select(Win).where(Win.play_id.in_(play_ids))) if play_ids else ()
    return {win.play_id: win for win in found}


def _left_of(draw: Draw, ever: int, today: int) -> int | None:
    """How many more plays the limits of a draw allow today; None where it has none."""
    limits = draw.book.limits
    left = [most - done for most, done in ((limits.ever, ever), (limits.day, today)) if most is not None]
    return max(0, min(left)) if left else None


def _counts(
    session: Session, member_id: int, draw_ids: Sequence[int], *, now: datetime
) -> defaultdict[int, tuple[int, int]]:
    today = func.sum(case((Play.played_on == shop_day(now), 1), else_=0))
    asked = select(Play.draw_id, func.count(), today).where(Play.member_id == member_id, Play.draw_id.in_(draw_ids))
    found: defaultdict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for draw_id, ever, this_day in session.execute(asked.group_by(Play.draw_id)):
        found[draw_id] = ever, int(this_day)  # a DECIMAL on MariaDB
    return found


def _tickets(session: Session, member_id: int, draw_ids: Sequence[int]) -> defaultdict[int, int]:
    left = func.sum(Ticket.granted - Ticket.used - Ticket.taken_back)
    asked = select(Ticket.draw_id, left).where(Ticket.member_id == member_id, Ticket.draw_id.in_(draw_ids))
    found: defaultdict[int, int] = defaultdict(int)
    for draw_id, tickets in session.execute(asked.group_by(Ticket.draw_id)):
        found[draw_id] = int(tickets)
    return found
