from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from backend.referrals import book
from backend.referrals.book import ReferralBook
from backend.referrals.models import EVER, Invitation, Period, Reward
from backend.referrals.people import names

Shown = Literal["joined", "waiting", "review", "rewarded", "refused", "lapsed", "ended", "returned"]

SHOWN: Final[dict[str, Shown]] = {"bought": "waiting", "returning": "returned"}
MOST_AHEAD: Final = 1000
"""Places are told up to this one; whoever is behind is told that they are."""


@dataclass(frozen=True)
class Friend:
    """Somebody whom a member invited, and how far it has come."""

    id: int
    name: str
    state: Shown
    joined_at: datetime
    due_at: datetime | None
    points: int
    reason: str | None


@dataclass(frozen=True)
class StageShown:
    """A stage, and whether its reward was given."""

    friends: int
    points: int
    growth: int
    coupon: str | None
    reached: bool


@dataclass(frozen=True)
class Ranked:
    """A place in the ranking of a month."""

    place: int
    member_id: int
    name: str
    friends: int


@dataclass(frozen=True)
class Place:
    """A member's own place: None beyond MOST_AHEAD, or where no friend counts."""

    place: int | None
    friends: int


def friends(
    session: Session, member_id: int, *, now: datetime, before_id: int | None = None, limit: int
) -> list[Friend]:
    """Whom a member invited, the newest first, in three statements."""
    mine = select(Invitation).where(Invitation.inviter_id == member_id).order_by(Invitation.id.desc()).limit(limit)
    rows = session.scalars(mine if before_id is None else mine.where(Invitation.id < before_id)).all()
    known = names(session, [row.newcomer_id for row in rows])
    given = _points_of(session, [row.id for row in rows])
    return [
        Friend(
            row.id,
            known[row.newcomer_id],
            _shown(row, now),
            row.joined_at,
            row.due_at if row.state == "bought" else None,
            given.get(row.id, 0),
            row.decision if row.state in {"refused", "rewarded"} else None,
        )
        for row in rows
    ]


def invitation_of(session: Session, member_id: int) -> Invitation | None:
    """By whom a member was invited."""
    return session.get(Invitation, member_id)


def rules_in_force(session: Session, *, now: datetime) -> ReferralBook:
    """The rules that whoever joins now is bound by."""
    return book.live(session, now=now)[1]


def rewarded_friends(session: Session, member_id: int, *, period: str = EVER) -> int:
    """How many friends of a member were rewarded, ever or in a month."""
    return session.scalar(select(Period.friends).where(Period.period == period, Period.member_id == member_id)) or 0


def stages(session: Session, member_id: int, *, now: datetime) -> list[StageShown]:
    """The stages of the rules in force, and which of them a member was rewarded for."""
    rules = rules_in_force(session, now=now)
    given = set(session.scalars(select(Reward.stage).where(Reward.member_id == member_id, Reward.stage > 0)))
    return [StageShown(one.friends, one.points, one.growth, one.coupon, one.friends in given) for one in rules.stages]


def ranking(session: Session, month: str, *, limit: int) -> list[Ranked]:
    """Who had most friends rewarded in a month; of equals, who had them earlier, then who is a member for longer."""
    top = select(Period).where(Period.period == month, Period.friends > 0)
    rows = session.scalars(top.order_by(Period.friends.desc(), Period.reached_at, Period.member_id).limit(limit)).all()
    known = names(session, [row.member_id for row in rows])
    return [Ranked(place, row.member_id, known[row.member_id], row.friends) for place, row in enumerate(rows, start=1)]


def place_of(session: Session, member_id: int, month: str) -> Place:
    """A member's place in the ranking of a month; who is ahead is counted by index, up to MOST_AHEAD."""
    mine = session.get(Period, (month, member_id))
    if mine is None or not mine.friends:
        return Place(None, 0)
    ahead = or_(
        Period.friends > mine.friends,
        and_(Period.friends == mine.friends, Period.reached_at < mine.reached_at),
        and_(Period.friends == mine.friends, Period.reached_at == mine.reached_at, Period.member_id < mine.member_id),
    )
    some = select(Period.member_id).where(Period.period == month, Period.friends >= mine.friends, ahead)
    count = session.scalar(select(func.count()).select_from(some.limit(MOST_AHEAD).subquery())) or 0
    return Place(count + 1 if count < MOST_AHEAD else None, mine.friends)


def due(
    session: Session, *, now: datetime, after: tuple[datetime, int] | None = None, limit: int
) -> Sequence[tuple[datetime, int]]:
    """Invitations for which something is due, longest due first, by due time and newcomer, behind a place."""
    rows = select(Invitation.due_at, Invitation.newcomer_id).where(Invitation.due_at <= now)
    if after is not None:
        at, newcomer_id = after
        behind = or_(Invitation.due_at > at, and_(Invitation.due_at == at, Invitation.newcomer_id > newcomer_id))
        rows = rows.where(Invitation.due_at >= at, behind)
    found = session.execute(rows.order_by(Invitation.due_at, Invitation.newcomer_id).limit(limit))
    return [(at, newcomer_id) for at, newcomer_id in found if at is not None]


def in_review(session: Session, *, after_id: int | None = None, limit: int) -> Sequence[Invitation]:
    """Invitations that people are to look at, the oldest first, behind an id."""
    rows = select(Invitation).where(Invitation.state == "review").order_by(Invitation.id).limit(limit)
    return session.scalars(rows if after_id is None else rows.where(Invitation.id > after_id)).all()


def find(session: Session, invitation_id: int) -> Invitation | None:
    """The invitation with this id."""
    return session.scalar(select(Invitation).where(Invitation.id == invitation_id))


def _shown(row: Invitation, now: datetime) -> Shown:
    if row.state == "joined" and now >= row.buy_until:
        return "lapsed"
    return SHOWN.get(row.state, row.state)  # type: ignore[arg-type]  # the others are called the same


def _points_of(session: Session, ids: Sequence[int]) -> dict[int, int]:
    kept = select(Reward.invitation_id, Reward.points - Reward.taken)
    rows = session.execute(kept.where(Reward.invitation_id.in_(ids), Reward.part == "inviter"))
    return {row[0]: row[1] for row in rows}
