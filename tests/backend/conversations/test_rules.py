from datetime import timedelta

import pytest

from backend.conversations.rules import OF_GESTURE, OF_WORDS, ServiceWindow, opened_after, window
from tests.support.clocks import MORNING

HOURS_48, MINUTE = timedelta(hours=48), timedelta(minutes=1)
MARGIN = timedelta(seconds=5)
TICK = timedelta(microseconds=1)


def opened(*, wrote=None, words=5, acted=None, gesture=3, now=MORNING):
    return window(wrote_at=wrote, left_of_words=words, acted_at=acted, left_of_gesture=gesture, now=now)


def test_what_was_never_opened_is_shut():
    assert opened() == ServiceWindow()
    assert not opened().is_open


def test_words_give_five_within_48_hours():
    assert opened(wrote=MORNING) == ServiceWindow(5, MORNING + HOURS_48 - MARGIN, MORNING)


def test_a_gesture_gives_three_within_a_minute():
    assert opened(acted=MORNING) == ServiceWindow(3, MORNING + MINUTE - MARGIN, None)


@pytest.mark.parametrize(("allowance", "good_for"), [(OF_WORDS, HOURS_48), (OF_GESTURE, MINUTE)])
def test_it_ends_five_seconds_before_wechat_s_own_end(allowance, good_for):
    end = MORNING + good_for - MARGIN
    assert opened_after(allowance, end - TICK) < MORNING
    assert opened_after(allowance, end) == MORNING


def test_what_has_ended_says_when_the_follower_wrote():
    assert opened(wrote=MORNING, now=MORNING + HOURS_48) == ServiceWindow(0, None, MORNING)


def test_what_is_used_up_is_shut():
    assert not opened(wrote=MORNING, words=0).is_open


def test_both_together_promise_no_more_than_the_larger():
    assert opened(wrote=MORNING, words=2, acted=MORNING).left == 3
    assert opened(wrote=MORNING, words=5, acted=MORNING).left == 5
    assert opened(wrote=MORNING, words=2, acted=MORNING, now=MORNING + MINUTE).left == 2
