from datetime import UTC, datetime, timedelta

import pytest

from backend.kit.clock import FixedClock, SystemClock
from tests.support.clocks import MORNING


def test_the_machines_clock_tells_utc():
    assert SystemClock().now().utcoffset() == timedelta(0)


def test_a_fixed_clock_stands_still_until_it_is_moved():
    clock = FixedClock(MORNING)
    assert clock.now() == clock.now() == MORNING
    clock.move(timedelta(hours=1))
    assert clock.now() == MORNING + timedelta(hours=1)


def test_a_fixed_clock_answers_in_utc_whatever_zone_it_was_given():
    clock = FixedClock(MORNING)
    clock.set(datetime.fromisoformat("2026-03-02T09:00:00+08:00"))
    assert clock.now().isoformat() == "2026-03-02T01:00:00+00:00"


@pytest.mark.parametrize("act", [FixedClock, FixedClock(MORNING).set])
def test_an_instant_without_a_zone_is_refused(act):
    with pytest.raises(ValueError, match="zone"):
        act(datetime(2026, 3, 1, tzinfo=UTC).replace(tzinfo=None))
