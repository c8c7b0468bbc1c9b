from itertools import count
from random import Random

from sqlalchemy.orm import Session

from backend import scenes
from backend.scenes import Plan, Scene
from tests.support.clocks import MORNING

_numbers = count(1)


def make_scene(session: Session, *, now=MORNING, kind="event", label="春日市集", drawn=False, **parts) -> Scene:
    """A scene of an event with a permanent code that WeChat was not asked for, unless told otherwise."""
    plan = Plan(kind, label, **({"subject": "SPRING"} | parts if kind == "event" else parts))
    scene = scenes.make(session, plan, by="anna", rng=Random(next(_numbers)), now=now)
    session.flush()  # tests scan it at once
    if drawn:
        scenes.note_drawn(session, scene.code, ticket="gQ", url="http://weixin.qq.com/q/02abc", now=now)
    return scene


def figures(session: Session, **asked) -> dict[str, int]:
    """All that was counted, as one line: scans, people, follows, unfollows, joins."""
    lines = scenes.statistics(session, scenes.Asked(**asked), by="day", limit=1000)
    names = ("scans", "people", "follows", "unfollows", "joins")
    return {name: sum(getattr(line, name) for line in lines) for name in names}
