import pytest

from backend import events
from backend.events.noting import note
from tests.factories.events import register
from tests.support.clocks import MORNING


@pytest.mark.parametrize("of", ["event", "session", "registration"])
def test_a_deed_says_what_it_was_done_to(session, event, place, member_id, of):
    made = register(session, member_id, place)
    thing = {"event": None, "session": place, "registration": made}[of]
    note(session, event, "look", by="anna", reason="问", of=thing, now=MORNING)
    done = events.decisions(session, event.id)[0]
    ids = {"event": (None, None), "session": (place.id, None), "registration": (place.id, made.id)}[of]
    assert (done.deed, done.by, done.reason, done.session_id, done.registration_id) == ("look", "anna", "问", *ids)
