"""Rules of check-ins told shortly."""

from tests.factories.books import change_book
from tests.support.clocks import MORNING

ELSEWHERE = {"required": False, "points": 0, "radius_m": None, "by_scene": False, "sites": []}
MAKE_UPS = {"days_back": 7, "per_month": 3, "points": 20, "free": {}}


def step(days, points=10, **more):
    return {"days": days, "points": points, **more}


def let_rules(session, *, now=MORNING, places=None, make_ups=None, **parts):
    """Let the rules be what they were but for `parts`."""
    if places is not None:
        parts["places"] = ELSEWHERE | places
    if make_ups is not None:
        parts["make_ups"] = MAKE_UPS | make_ups
    return change_book(session, "check-in", now=now, **parts)
