from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from backend.payments.rules import FIRST_ASK, GRACE, LONGEST_PAUSE, ask_next, try_next
from tests.support.clocks import MORNING

UNTIL = MORNING + timedelta(minutes=30)
times = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=3))


@given(times)
def test_it_is_asked_again_soon_and_ever_less_often(passed):
    now = MORNING + passed
    pause = ask_next(MORNING, UNTIL, now) - now
    assert timedelta(0) < pause <= LONGEST_PAUSE
    if now < UNTIL + GRACE:
        assert now + pause <= UNTIL + GRACE


def test_the_first_time_is_in_a_minute():
    assert ask_next(MORNING, UNTIL, MORNING) == MORNING + FIRST_ASK


@given(st.integers(0, 10_000))
def test_refunds_are_tried_for_ever_and_never_in_a_rush(tries):
    assert timedelta(minutes=1) <= try_next(tries, MORNING) - MORNING <= LONGEST_PAUSE
