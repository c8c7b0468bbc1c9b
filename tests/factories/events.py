from datetime import timedelta
from itertools import count
from random import Random

from backend import events
from tests.support.clocks import MORNING

BEFORE = MORNING - timedelta(hours=1)
STARTS = MORNING + timedelta(days=6, hours=5)  # 7 March, 14:00 in Shanghai
ENDS = STARTS + timedelta(hours=2)
DEADLINE = STARTS - timedelta(hours=24)
OVER = ENDS + timedelta(hours=1)

_codes = count(1)
_luck = Random(20260307)


def plan(key="one", **changes):
    """A session with two places."""
    whole = {"key": key, "place": "四楼会员厅", "starts_at": STARTS.isoformat(), "ends_at": ENDS.isoformat()}
    return whole | {"capacity": 2} | changes


def definition(*sessions, terms=None, **changes):
    """An event for which registration is open from MORNING on, until it begins."""
    return {
        "code": f"event-{next(_codes)}",
        "kind": "experience",
        "title": "亲子烘焙课",
        "registration": {"opens_at": MORNING.isoformat(), "closes_at": STARTS.isoformat(), **(terms or {})},
        "sessions": list(sessions or [plan()]),
        **changes,
    }


def make_event(session, *sessions, terms=None, **changes):
    """A published event; its only session, or the first, is `first_session(session, event)`."""
    drafted = events.draft(session, definition(*sessions, terms=terms, **changes), by="anna", now=BEFORE)
    event = events.publish(session, drafted.code, by="anna", now=BEFORE)
    session.flush()
    return event


def first_session(session, event):
    return events.sessions_of(session, [event.id])[0]


def register(session, member_id, place, *, companions=0, answers=None, now=MORNING):
    wish = events.Wish(place.id, companions, answers or {})
    made = events.register(session, member_id, place.event_id, wish, rng=_luck, now=now)
    session.flush()
    return made


def check_in(session, made, *, store_id=None, now=STARTS):
    done = events.check_in(session, made.id, store_id=store_id, rng=_luck, now=now)
    session.flush()
    return done


def tend(session, place, *, now):
    """What the job does for a session at an instant, in one go; counts by step."""
    done = {"moved-up": events.turn(session, place.id, now=now)}
    for step in events.steps(session, place.id, now=now):
        found = events.find_members(session, step, place.id, after=0, limit=100)
        done |= events.do(session, step, place.id, found, now=now)
    events.finish(session, place.id, now=now)
    session.flush()
    return {name: times for name, times in done.items() if times}
