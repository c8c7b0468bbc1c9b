from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.messaging import rules
from backend.messaging.rules import Closing, Status
from backend.wechat import (
    ContentRefused,
    JumpRefused,
    Misconfigured,
    QuotaSpent,
    RecipientUnreachable,
    TokenRefused,
    TooFast,
    TryLater,
    UnknownRefusal,
    Unreached,
    WeChatError,
    WrongRecipient,
)
from config import policy
from tests.support.clocks import LATE, MORNING

SEND = "cgi-bin/message/template/send"


@pytest.mark.parametrize(
    ("error", "end", "closing", "alarm"),
    [
        (TryLater, None, None, False),
        (TokenRefused, None, None, False),
        (TooFast, None, Closing.A_MINUTE, False),
        (QuotaSpent, None, Closing.UNTIL_TOMORROW, True),
        (Misconfigured, None, Closing.UNTIL_MENDED, True),
        (RecipientUnreachable, Status.UNREACHABLE, None, False),
        (WrongRecipient, Status.DEAD, None, True),
        (ContentRefused, Status.DEAD, None, True),
        (JumpRefused, Status.DEAD, None, True),
        (UnknownRefusal, Status.DEAD, None, True),
    ],
)
def test_every_class_of_refusal_has_its_verdict(error, end, closing, alarm):
    found = rules.verdict(error(1, "", SEND))
    assert (found.end, found.closing, found.alarm) == (end, closing, alarm)


def test_no_class_of_refusal_is_without_a_verdict():
    for kind in WeChatError.__subclasses__():
        assert rules.verdict(kind(1, "", SEND))


@given(attempts=st.integers(1, 10_000), seed=st.integers())
def test_a_pause_is_between_half_and_all_of_a_doubling_that_ends(attempts, seed):
    full = min(policy.MESSAGE_FIRST_PAUSE * 2 ** min(attempts - 1, 20), policy.MESSAGE_LONGEST_PAUSE)
    assert full / 2 <= rules.pause(attempts, Random(seed)) <= full


def test_pauses_of_the_first_tries():
    class NoLuck(Random):
        def random(self):
            return 1.0

    pauses = [rules.pause(attempt, NoLuck()).total_seconds() for attempt in range(1, 13)]
    assert pauses == [5, 10, 20, 40, 80, 160, 320, 640, 1280, 1800, 1800, 1800]


@pytest.mark.parametrize(
    ("error", "perhaps"),
    [
        (TryLater(None, "ReadTimeout", SEND), True),
        (TryLater(None, "ConnectionError", SEND), True),
        (TryLater(None, "HTTP 502", SEND), True),
        (Unreached(None, "ConnectionError", SEND), False),
        (TryLater(None, "ReadTimeout", "cgi-bin/stable_token"), False),
        (TryLater(-1, "system error", SEND), False),
        (QuotaSpent(45009, "", SEND), False),
    ],
)
def test_only_what_was_asked_and_not_answered_may_have_been_shown(error, perhaps):
    assert rules.may_have_been_shown(error) is perhaps


@pytest.mark.parametrize(
    ("closing", "at", "opens"),
    [
        (Closing.A_MINUTE, MORNING, MORNING + timedelta(minutes=1)),
        (Closing.UNTIL_MENDED, MORNING, MORNING + timedelta(minutes=10)),
        (Closing.UNTIL_TOMORROW, MORNING, datetime(2026, 3, 1, 16, 5, tzinfo=UTC)),
        (Closing.UNTIL_TOMORROW, LATE, datetime(2026, 3, 1, 16, 5, tzinfo=UTC)),
        (Closing.UNTIL_TOMORROW, LATE + timedelta(minutes=1), datetime(2026, 3, 2, 16, 5, tzinfo=UTC)),
    ],
)
def test_when_a_closed_channel_opens(closing, at, opens):
    assert rules.reopening(closing, at) == opens


def test_a_repeat_after_a_crash_is_still_recognised_by_wechat():
    assert rules.LEASE < rules.REPEAT_RECOGNISED_FOR < timedelta(minutes=10)


def test_a_cause_has_one_key_and_another_cause_another():
    key = rules.cause_of("points_expiring", 7, "2026-03-01")
    assert key == rules.cause_of("points_expiring", 7, "2026-03-01")
    others = [
        rules.cause_of("points_expired", 7, "2026-03-01"),
        rules.cause_of("points_expiring", 8, "2026-03-01"),
        rules.cause_of("points_expiring", 7, "2026-03-02"),
    ]
    assert key not in others
