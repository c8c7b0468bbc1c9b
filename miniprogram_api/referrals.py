from datetime import datetime
from typing import Annotated, Final

from pydantic import Field
from sqlalchemy.orm import Session

from backend import members, referrals
from backend.kit.calendar import shop_day
from backend.kit.calls import db, now, without_transaction
from backend.kit.db import run
from backend.kit.openapi import problems
from backend.kit.paging import decode_int_cursor, encode_cursor
from backend.kit.schema import IdText, Instant, PageQuery, Schema
from backend.runtime import runtime
from miniprogram_api.auth import resource, signed_in_identity, signed_in_member

api = resource("referrals")

PAGE: Final = "pages/join/index"
SHOWN_IN_RANKING: Final = 50


class FriendOut(Schema):
    """Somebody whom I invited. `waiting` for the return window until `due_at`; in `review` people look at it; what was
    decided says why (`reason`). `points` are mine, less what was taken back.
    """

    id: IdText
    name: str
    state: referrals.Shown
    joined_at: Instant
    due_at: Instant | None
    points: int
    reason: str | None


class StageOut(Schema):
    """What so many friends give once, and whether I was given it."""

    friends: int
    points: int
    growth: int
    coupon: str | None
    reached: bool


class InviterOut(Schema):
    """Who invited me."""

    name: str
    bound_at: Instant


class ReferralsOut(Schema):
    """My code, how to share it (`path`, or `scene` in a mini-program code), my friends, and my stages.

    `inviter_points` and `newcomer_points` are what a friend who joins now gives to both sides for a first purchase of
    at least `least_fen`; `running` says whether the house rewards invitations at present.
    """

    code: str
    scene: str
    path: str
    running: bool
    least_fen: int
    inviter_points: int
    newcomer_points: int
    invited_by: InviterOut | None
    rewarded_friends: int
    stages: list[StageOut]
    items: list[FriendOut]
    next_cursor: str | None


class RankedOut(Schema):
    """A place in the ranking, by masked name."""

    place: int
    name: str
    friends: int
    me: bool


class RankOut(Schema):
    """My own place; null where it is beyond 1,000, or where no friend of mine was rewarded in the month."""

    place: int | None
    friends: int


class RankingOut(Schema):
    """Who had most friends rewarded in a month; of equals, who had them earlier stands above."""

    month: str
    items: list[RankedOut]
    mine: RankOut


class MonthQuery(Schema):
    """A calendar month, this one unless told."""

    month: Annotated[str, Field(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")] | None = None


class InviterIn(Schema):
    """The code of who invited me."""

    code: Annotated[str, Field(min_length=1, max_length=64)]


@api.get("/referrals", responses={200: ReferralsOut} | problems(400))
@without_transaction
def mine(query: PageQuery) -> ReferralsOut:
    """My invitations. My code is made when I first ask for it."""
    part, at, identity_id = runtime(), now(), signed_in_identity()
    before = decode_int_cursor(query.cursor)
    member_id, code = run(part.sessions.read, lambda session: _me(session, identity_id))
    if code is None:
        code = run(part.sessions.write, lambda session: referrals.make_code(session, member_id, rng=part.rng, now=at))
    told = code
    return run(
        part.sessions.read, lambda session: _told(session, member_id, told, before=before, limit=query.limit, at=at)
    )


@api.get("/referrals/ranking", responses={200: RankingOut})
def ranking(query: MonthQuery) -> RankingOut:
    """The ranking of a month: its first fifty, and my own place."""
    member_id, month = signed_in_member(), query.month or f"{shop_day(now()):%Y-%m}"
    place = referrals.place_of(db(), member_id, month)
    return RankingOut(
        month=month,
        items=[
            RankedOut(place=one.place, name=one.name, friends=one.friends, me=one.member_id == member_id)
            for one in referrals.ranking(db(), month, limit=SHOWN_IN_RANKING)
        ],
        mine=RankOut(place=place.place, friends=place.friends),
    )


@api.post("/referrals/inviter", responses={201: InviterOut, **problems(404, 409)})
def bind(body: InviterIn) -> tuple[InviterOut, int]:
    """Say who invited me, shortly after joining, where I was bound to nobody by then."""
    member_id = signed_in_member()
    runtime().limiter.hit("invite-code", str(member_id))
    made = referrals.bind_late(db(), member_id, body.code, now=now())
    return _inviter(db(), made), 201


def _me(session: Session, identity_id: int) -> tuple[int, str | None]:
    member_id = members.active_member(members.of_identity(session, identity_id)).id
    return member_id, referrals.code_of(session, member_id)


def _told(session: Session, member_id: int, code: str, *, before: int | None, limit: int, at: datetime) -> ReferralsOut:
    rules = referrals.rules_in_force(session, now=at)
    found = referrals.friends(session, member_id, now=at, before_id=before, limit=limit + 1)
    page, invited = found[:limit], referrals.invitation_of(session, member_id)
    return ReferralsOut(
        code=code,
        scene=code,
        path=f"{PAGE}?invite_code={code}",
        running=rules.running,
        least_fen=rules.least_fen,
        inviter_points=rules.inviter.points,
        newcomer_points=rules.newcomer.points,
        invited_by=_inviter(session, invited) if invited is not None and invited.state != "ended" else None,
        rewarded_friends=referrals.rewarded_friends(session, member_id),
        stages=[StageOut.model_validate(one) for one in referrals.stages(session, member_id, now=at)],
        items=[FriendOut.model_validate(one) for one in page],
        next_cursor=encode_cursor(page[-1].id) if len(found) > len(page) else None,
    )


def _inviter(session: Session, row: referrals.Invitation) -> InviterOut:
    return InviterOut(name=referrals.names(session, [row.inviter_id])[row.inviter_id], bound_at=row.bound_at)
