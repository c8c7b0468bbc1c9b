from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from backend.kit.db import Sessions, run
from backend.messaging import broadcasts
from backend.messaging.broadcasts import Broadcast, Wish
from backend.messaging.broadcasts.planning import SLICE
from tests.support.clocks import MORNING

_names = count(1)

MAKER, OTHER = "chen", "anna"
WORDS = {"title": "周年庆会员日", "text": "全场满三百减五十"}


def make_wish(**parts: Any) -> Wish:
    """A campaign to everybody."""
    known = {"name": f"周年庆{next(_names)}", "template": "campaign", "words": WORDS}
    return Wish(**(known | parts))


def make_broadcast(session: Session, *, by: str = MAKER, now=MORNING, **parts: Any) -> Broadcast:
    """A draft of an operator who is there already."""
    return broadcasts.draft(session, make_wish(**parts), by=by, now=now)


def make_started(session: Session, *, by: str = MAKER, now=MORNING, **parts: Any) -> Broadcast:
    """One that is to be planned now."""
    return broadcasts.start(session, make_broadcast(session, by=by, now=now, **parts).id, by=by, now=now)


def plan_all(sessions: Sessions, broadcast_id: int, *, now=MORNING, limit: int = SLICE) -> list[int]:
    """Plan to the end; how many were decided in each slice."""
    found = []
    while True:
        count = run(
            sessions.write,
            lambda session: broadcasts.plan_slice(session, broadcast_id, now=now, limit=limit),
        )
        if count is None:
            return found
        found.append(count)
