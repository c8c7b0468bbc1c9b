from backend import events
from tests.factories.events import register


def test_counts_that_are_not_those_of_the_registrations_are_found(session, place, others):
    for one in others(3):
        register(session, one, place)
    assert events.count_faults(session) == []
    place.taken, place.waiting = 1, 0
    session.flush()
    assert events.count_faults(session) == [events.Fault(place.id, 1, 2, 0, 1)]
