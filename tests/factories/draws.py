from datetime import timedelta
from itertools import count
from random import Random

from backend import lottery
from tests.support.clocks import MORNING

BEFORE = MORNING - timedelta(hours=1)
CLOSES = MORNING + timedelta(days=7)
AFTERWARDS = CLOSES + timedelta(minutes=5)
ALWAYS = 1_000_000

_codes = count(1)
_luck = Random(20260308)


def goods(odds=ALWAYS, *, stock=3, name="咖啡壶", **more):
    return {"kind": "goods", "name": name, "odds": odds, "stock": stock, **more}


def gift(odds=ALWAYS, *, points=20, name="20 积分", **more):
    return {"kind": "points", "name": name, "odds": odds, "points": points, **more}


def voucher(template, odds=ALWAYS, *, name="满300减50", **more):
    return {"kind": "coupon", "name": name, "odds": odds, "template": template, **more}


def definition(*prizes, **changes):
    """A draw that opens at MORNING, costs 10 points, and gives nothing where its prizes leave room or run out."""
    rest = ALWAYS - sum(prize["odds"] for prize in prizes)
    return {
        "code": f"draw-{next(_codes)}",
        "title": "周年庆抽奖",
        "opens_at": MORNING.isoformat(),
        "closes_at": CLOSES.isoformat(),
        "cost": {"kind": "points", "points": 10},
        "prizes": [*prizes, {"kind": "nothing", "name": "谢谢参与", "odds": rest, "fallback": True}],
        **changes,
    }


def make_draw(session, *prizes, seed=1, **changes):
    """A published draw, open at MORNING."""
    drafted = lottery.draft(session, definition(*prizes, **changes), by="anna", now=BEFORE)
    draw = lottery.publish(session, drafted.code, by="anna", rng=Random(seed), now=BEFORE)
    session.flush()
    return draw


def play(session, member_id, draw, *, now=MORNING, rng=None):
    made = lottery.play(session, member_id, draw_id=draw.id, rng=rng or _luck, now=now)
    session.flush()
    return made
