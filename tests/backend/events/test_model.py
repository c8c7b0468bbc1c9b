"""Whatever members and operators do, places are what a plain model says: never oversold, in order, points exact."""

from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend import events, points
from backend.kit.errors import DomainError
from tests.factories.events import STARTS, check_in, first_session, make_event, plan, register
from tests.factories.members import make_member
from tests.support.clocks import MORNING

MEMBERS, COST = 6, 10

members = st.integers(0, MEMBERS - 1)
several = st.lists(members, min_size=4, max_size=6, unique=True)  # come first, so that somebody waits
steps = st.one_of(
    st.tuples(st.just("register"), members, st.integers(0, 2)),
    st.tuples(st.just("cancel"), members, st.none()),
    st.tuples(st.just("cancel"), members, st.none()),
    st.tuples(st.just("remove"), members, st.none()),
    st.tuples(st.just("come"), members, st.none()),
    st.tuples(st.just("capacity"), st.integers(1, 6), st.none()),
)


class Plain:
    """Who comes and who waits: (member, heads) in their order."""

    def __init__(self, capacity):
        self.capacity, self.coming, self.waiting, self.came = capacity, {}, {}, set()

    @property
    def taken(self):
        return sum(self.coming.values())

    def fill(self):
        for who, heads in list(self.waiting.items()):
            if heads > self.capacity:
                continue
            if self.taken + heads > self.capacity:
                break
            self.coming[who] = self.waiting.pop(who)

    def do(self, what, who, extra):
        if what == "register" and who not in self.coming and who not in self.waiting and extra < self.capacity:
            full = self.waiting or self.taken + 1 + extra > self.capacity
            (self.waiting if full else self.coming)[who] = 1 + extra
        if what in {"cancel", "remove"} and who not in self.came:
            self.coming.pop(who, None)
            self.waiting.pop(who, None)
            self.fill()
        if what == "come" and who in self.coming:
            self.came.add(who)
        if what == "capacity" and who >= self.taken:
            self.capacity = who
            self.fill()


def act(session, event, place, ids, step):
    """The same to the real thing; a refusal changes nothing."""
    what, who, extra = step
    try:
        with session.begin_nested():
            if what == "register":
                register(session, ids[who], place, companions=extra)
            elif what == "capacity":
                told = event.book.model_dump(mode="json") | {"sessions": [plan(capacity=who)]}
                events.change(session, told, by="anna", now=MORNING)
            else:
                one = next(one for one in events.mine(session, ids[who], [event.id]) if one.active_of)
                if what == "come":
                    check_in(session, one, now=STARTS)
                elif what == "remove":
                    events.remove(session, one.id, reason="名额调整", by="anna", now=MORNING)
                else:
                    events.cancel(session, ids[who], one.id, now=MORNING)
            session.flush()
    except (DomainError, StopIteration):
        session.expire_all()


def seen(session, event, ids):
    """Who comes and who waits, in the order of their numbers."""
    place = first_session(session, event)
    rows = events.registrations(session, place.id, status=None, after_number=0, limit=1000)
    comes = {ids.index(one.member_id): one.heads for one in rows if one.status in {"registered", "attended"}}
    waits = [(ids.index(one.member_id), one.heads) for one in rows if one.status == "waiting"]
    return comes, waits, (place.taken, place.waiting)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    first=several,
    sizes=st.lists(st.integers(0, 2), min_size=6, max_size=6),
    then=st.lists(steps, min_size=2, max_size=10),
    capacity=st.integers(2, 4),
)
def test_places_are_what_a_plain_model_says(session, first, sizes, then, capacity):
    with session.begin_nested() as undone:
        event = make_event(session, plan(capacity=capacity), terms={"points": COST, "companions": 2})
        place, ids = first_session(session, event), [make_member(session).id for _ in range(MEMBERS)]
        plain = Plain(capacity)
        for step in [*(("register", who, sizes[who]) for who in first), *then]:
            plain.do(*step)
            act(session, event, place, ids, step)
            comes, waits, counts = seen(session, event, ids)
            assert comes == plain.coming
            assert waits == list(plain.waiting.items())
            assert counts == (plain.taken, len(plain.waiting))
        assert events.count_faults(session) == []
        held = Counter(plain.coming) + Counter(plain.waiting)
        now = [points.summary(session, one, now=STARTS).available for one in ids]
        assert now == [100 - COST * held[who] for who in range(MEMBERS)]
        assert points.verify(session, ids) == []
        undone.rollback()
    session.expire_all()
