from collections.abc import Sequence

from backend import lottery, members
from backend.kit.calls import db, now
from backend.kit.idempotency import idempotent
from backend.kit.openapi import problems
from backend.kit.paging import decode_int_cursor, encode_cursor
from backend.kit.schema import PageQuery
from backend.runtime import runtime
from miniprogram_api.auth import resource, signed_in_identity, signed_in_member
from miniprogram_api.draw_payloads import (
    CostOut,
    DrawDetailOut,
    DrawOut,
    DrawPath,
    DrawsOut,
    MineOut,
    PlayOut,
    PlaysOut,
    PrizeOut,
    WinnerOut,
    WinnersOut,
    WinOut,
    WinsOut,
)

api = resource("draws")


@api.get("/draws", responses={200: DrawsOut} | problems(400))
def draws(query: PageQuery) -> DrawsOut:
    """Draws that are open, announced or paused."""
    before = decode_int_cursor(query.cursor)
    found = lottery.current(db(), now=now(), before_id=before, limit=query.limit + 1)
    page = found[: query.limit]
    standings = _standings(page)
    return DrawsOut(
        items=[_draw(draw, standings) for draw in page],
        next_cursor=encode_cursor(page[-1].id) if len(found) > len(page) else None,
    )


@api.get("/draws/wins", responses={200: WinsOut} | problems(400))
def wins(query: PageQuery) -> WinsOut:
    """Goods that I have won and not picked up yet."""
    member_id, before = signed_in_member(), decode_int_cursor(query.cursor)
    found = lottery.wins(db(), member_id, now=now(), before_id=before, limit=query.limit + 1)
    page = found[: query.limit]
    return WinsOut(
        items=[WinOut.model_validate(win) for win in page],
        next_cursor=encode_cursor(page[-1].play_id) if len(found) > len(page) else None,
    )


@api.get("/draws/<id>", responses={200: DrawDetailOut} | problems(404))
def draw(path: DrawPath) -> DrawDetailOut:
    """A draw, also one that is over."""
    found = lottery.get(db(), path.id)
    shown = _draw(found, _standings([found])).model_dump()
    return DrawDetailOut(**shown, rules=lottery.canonical(found.definition), rules_digest=found.digest.hex())


@api.post(
    "/draws/<id>/plays",
    responses={201: PlayOut} | problems(404, 409, 422),
    openapi_extensions={"x-idempotent": True},
)
@idempotent
def play(path: DrawPath) -> tuple[PlayOut, int]:
    """Play once."""
    member_id, played = signed_in_member(), lottery.get(db(), path.id)
    made = lottery.play(db(), member_id, draw_id=played.id, rng=runtime().rng, now=now())
    return _plays([made], played)[0], 201


@api.get("/draws/<id>/plays", responses={200: PlaysOut} | problems(400, 404))
def plays(path: DrawPath, query: PageQuery) -> PlaysOut:
    """My plays of a draw."""
    member_id, before = signed_in_member(), decode_int_cursor(query.cursor)
    played = lottery.get(db(), path.id)
    found = lottery.plays(db(), member_id, played.id, before_id=before, limit=query.limit + 1)
    page = found[: query.limit]
    return PlaysOut(
        items=_plays(page, played), next_cursor=encode_cursor(page[-1].id) if len(found) > len(page) else None
    )


@api.get("/draws/<id>/winners", responses={200: WinnersOut} | problems(400, 404))
def winners(path: DrawPath, query: PageQuery) -> WinnersOut:
    """Who has won in a draw; consolations are left out."""
    book, before = lottery.get(db(), path.id).book, decode_int_cursor(query.cursor)
    found = lottery.winners(db(), path.id, before_id=before, limit=query.limit + 1)
    page = found[: query.limit]
    return WinnersOut(
        items=[
            WinnerOut(name=one.name, prize_name=book.prize(one.prize_no).name, played_at=one.played_at) for one in page
        ],
        next_cursor=encode_cursor(page[-1].play_id) if len(found) > len(page) else None,
    )


def _standings(found: Sequence[lottery.Draw]) -> dict[int, lottery.Mine]:
    member = members.of_identity(db(), signed_in_identity()).member
    return {} if member is None else lottery.mine(db(), members.active(member).id, found, now=now())


def _draw(draw: lottery.Draw, standings: dict[int, lottery.Mine]) -> DrawOut:
    book, seed = draw.book, lottery.revealed(db(), draw, now=now())
    mine = standings.get(draw.id)
    return DrawOut(
        id=draw.id,
        code=draw.code,
        title=draw.title,
        description=book.description,
        phase=draw.phase(now()),
        opens_at=draw.opens_at,
        closes_at=draw.ends_at,
        cost=CostOut(kind=book.cost.kind, points=getattr(book.cost, "points", None)),
        day_limit=book.limits.day,
        limit=book.limits.ever,
        tiers=list(book.tiers) if book.tiers else None,
        prizes=[_prize(no, prize) for no, prize in enumerate(book.prizes, start=1)],
        commitment=(draw.commitment or b"").hex(),
        seed=seed.hex() if seed else None,
        mine=MineOut.model_validate(mine) if mine else None,
    )


def _prize(no: int, prize: lottery.Prize) -> PrizeOut:
    return PrizeOut(
        no=no,
        name=prize.name,
        kind=prize.kind,
        points=getattr(prize, "points", None),
        odds=prize.odds,
        stock=prize.stock,
        per_day=prize.per_day,
        fallback=prize.fallback,
    )


def _plays(made: Sequence[lottery.Play], draw: lottery.Draw) -> list[PlayOut]:
    goods = lottery.wins_of(db(), [one.id for one in made if one.won])
    return [_play(one, draw, goods.get(one.id)) for one in made]


def _play(made: lottery.Play, draw: lottery.Draw, win: lottery.Win | None) -> PlayOut:
    return PlayOut(
        id=made.id,
        draw_id=made.draw_id,
        player_id=made.player_id,
        no=made.no,
        roll=made.roll,
        rolled=made.rolled,
        given=made.given,
        prize=_prize(made.given, draw.book.prize(made.given)),
        fell_back=made.fell_back,
        pickup_code=win.pickup_code if win else None,
        pick_up_by=win.pick_up_by if win else None,
        played_at=made.played_at,
    )
