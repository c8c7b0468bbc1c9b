import json
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from backend.earning.events import Event, EventLine, from_json, to_json
from tests.support.clocks import MORNING

words = st.none() | st.text(max_size=8)
lines = st.builds(EventLine, st.integers(0, 10**11), words, words, words)
events = st.builds(
    Event,
    st.sampled_from(["purchase", "check-in", "survey"]),
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001  bounds are naive
    words,
    st.integers(0, 30_000),
    words,
    st.lists(lines, max_size=4).map(tuple),
    st.integers(0, 1000),
    st.booleans(),
    st.none() | st.frozensets(st.text(max_size=4), max_size=3),
)


@given(events)
def test_what_is_stored_is_the_very_event(event):
    assert from_json(json.loads(json.dumps(to_json(event)))) == event


def test_an_instant_of_another_zone_is_the_same_instant():
    event = Event("survey", MORNING.astimezone(timezone(timedelta(hours=8))))
    assert from_json(to_json(event)).at == MORNING


def test_amounts_are_those_of_the_lines():
    assert Event("purchase", MORNING, lines=(EventLine(5), EventLine(7, brand="A"))).amounts == (5, 7)
