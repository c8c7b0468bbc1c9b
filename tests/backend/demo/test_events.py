from random import Random

import pytest

from backend import events
from backend.demo.events import plan_events
from tests.factories.members import make_member
from tests.factories.stores import make_store
from tests.support.clocks import MORNING

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def test_members_register_for_the_class_and_see_the_member_day(session):
    plan_events(session, store_code=make_store(session).code, now=MORNING)
    session.flush()
    ahead = events.upcoming(session, events.Search(), after=None, now=MORNING, limit=9)
    assert [(one.kind, one.title) for one in ahead] == [("experience", "亲子烘焙课"), ("member-day", "会员日")]
    (place,) = events.sessions_of(session, [ahead[0].id])
    wish = events.Wish(place.id, 1, {"age": 6})
    made = events.register(session, make_member(session).id, ahead[0].id, wish, rng=Random(1), now=MORNING)
    assert (made.status, made.points, place.left) == ("registered", 20, 10)
