from datetime import timedelta

from backend import lifecycle, points
from backend.points import Source
from tests.factories.members import make_member
from tests.support.clocks import MORNING

DUE = MORNING + timedelta(days=7)


def asked(session, *instants):
    made = []
    for at in instants:
        closure, _ = lifecycle.ask_to_leave(session, make_member(session).id, now=at)
        session.flush()
        made.append(closure)
    return made


def test_what_is_due_comes_longest_overdue_first(session):
    late, early, coming = asked(session, MORNING + timedelta(hours=2), MORNING, MORNING + timedelta(days=1))
    assert lifecycle.closures_due(session, now=DUE + timedelta(hours=2), limit=9) == [early.id, late.id]
    assert lifecycle.closures_due(session, now=DUE + timedelta(hours=2), limit=1) == [early.id]
    lifecycle.stay(session, early.member_id, now=DUE)
    assert lifecycle.closures_due(session, now=DUE + timedelta(days=1), limit=9) == [late.id, coming.id]


def test_the_list_is_paged_newest_first_and_by_status(session):
    first, second, third = asked(session, MORNING, MORNING, MORNING)
    lifecycle.stay(session, second.member_id, now=MORNING)
    session.flush()
    assert lifecycle.closures(session, limit=2) == [third, second]
    assert lifecycle.closures(session, before_id=second.id, limit=2) == [first]
    assert lifecycle.closures(session, status="running", limit=9) == [third, first]
    assert lifecycle.closures(session, status="taken-back", limit=9) == [second]
    assert lifecycle.closures(session, status="done", limit=9) == []


def test_the_stake_counts_what_is_set_aside(session):
    member_id = make_member(session).id
    account = points.lock(session, member_id, now=MORNING)
    points.reserve(session, account, 60, source=Source("exchange", 1), until=None, now=MORNING)
    points.promise(session, account, 7, source=Source("purchase", 1), settles_at=DUE, now=MORNING)
    session.flush()
    stake = lifecycle.stake(session, member_id, now=MORNING)
    assert (stake.points, stake.pending, stake.debt, stake.tier.code) == (100, 7, 0, "basic")
    assert lifecycle.running(session, member_id) is None


def test_due_closures_are_found_by_index(session, count_statements):
    asked(session, MORNING)
    with count_statements(session) as said:
        lifecycle.closures_due(session, now=DUE, limit=9)
    assert len(said) == 1
