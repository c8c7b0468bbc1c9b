from typing import Literal

from backend import lifecycle, members
from backend.kit.calls import db, now
from backend.kit.openapi import problems
from backend.kit.schema import Instant, Schema
from miniprogram_api.auth import resource, signed_in_identity

api = resource("closure")


class ClosureIn(Schema):
    """Without `confirm` nothing begins: the answer only tells what would be lost."""

    confirm: bool = False


class StakeOut(Schema):
    """What leaving costs: points that can be spent or are set aside, points not in yet, the tier. Debt is forgiven."""

    points: int
    pending: int
    debt: int
    tier: str


class ClosureOut(Schema):
    """Whether I am leaving. Until `closes_at` everything works and it can be taken back; then all of `lost` is gone."""

    status: Literal["none", "running"]
    asked_at: Instant | None
    closes_at: Instant | None
    lost: StakeOut


@api.post("/me/closure", responses={200: ClosureOut, 201: ClosureOut} | problems(404))
def ask(body: ClosureIn) -> tuple[ClosureOut, int]:
    """Ask to leave. Asked before: 200, and nothing changes."""
    member_id = _leaver()
    if not body.confirm:
        return _shown(member_id), 200
    _, begun = lifecycle.ask_to_leave(db(), member_id, now=now())
    return _shown(member_id), 201 if begun else 200


@api.get("/me/closure", responses={200: ClosureOut} | problems(404))
def show() -> ClosureOut:
    """Whether I am leaving, and what I would lose."""
    return _shown(_leaver())


@api.delete("/me/closure", responses={200: ClosureOut} | problems(404))
def stay() -> ClosureOut:
    """Stay after all."""
    member_id = _leaver()
    lifecycle.stay(db(), member_id, now=now())
    return _shown(member_id)


def _leaver() -> int:
    """Who asks, also when blocked: nobody is kept against their will."""
    who = members.of_identity(db(), signed_in_identity())
    if who.member_id is None:
        raise members.NotJoined
    return who.member_id


def _shown(member_id: int) -> ClosureOut:
    closure, stake = lifecycle.running(db(), member_id), lifecycle.stake(db(), member_id, now=now())
    return ClosureOut(
        status="running" if closure else "none",
        asked_at=closure and closure.asked_at,
        closes_at=closure and closure.closes_at,
        lost=StakeOut(points=stake.points, pending=stake.pending, debt=stake.debt, tier=stake.tier.name),
    )
