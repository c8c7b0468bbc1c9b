"""What each of WeChat's answers to a sending does, against the simulator (promise N4)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import structlog
from sqlalchemy import select, update

from backend import members
from backend.kit.db import run
from backend.messaging import deliver_due, requeue
from backend.messaging.models import Closure, Message
from backend.messaging.rules import Status
from config import policy
from tests.backend.messaging.recipients import SEND, rows, sends, shown, tell
from tests.support import identities
from tests.support.clocks import MORNING
from tests.support.runtimes import OA

TOMORROW = datetime(2026, 3, 1, 16, 5, tzinfo=UTC)  # 00:05 in the shop
RETRIED = {"status": Status.WAITING, "attempts": 1}
PUT_BACK = {"status": Status.WAITING, "attempts": 0}
UNREACHABLE = {"status": Status.UNREACHABLE}
DEAD = {"status": Status.DEAD, "alarm": True}
MENDED = PUT_BACK | {"closed_until": MORNING + timedelta(minutes=10), "alarm": True}

ANSWERS = {
    -1: RETRIED,
    40001: RETRIED,
    40014: RETRIED,
    42001: RETRIED,
    43108: RETRIED,
    45009: PUT_BACK | {"closed_until": TOMORROW, "alarm": True},
    45011: PUT_BACK | {"closed_until": MORNING + timedelta(minutes=1)},
    43004: UNREACHABLE | {"follows": False},
    50005: UNREACHABLE | {"follows": False},
    43101: UNREACHABLE,
    43019: UNREACHABLE,
    45015: UNREACHABLE,
    45047: UNREACHABLE,
    40003: DEAD,
    40013: DEAD,
    49003: DEAD,
    40037: DEAD,
    40036: DEAD,
    41030: DEAD,
    47003: DEAD,
    40249: DEAD,
    43116: DEAD,
    43107: DEAD,
    45168: DEAD,
    40125: MENDED,
    40164: MENDED,
    40243: MENDED,
    48001: MENDED,
    48004: MENDED,
    89503: MENDED,
    45109: MENDED,
    99999: DEAD,
}


@pytest.fixture
def said():
    with structlog.testing.capture_logs() as lines:
        yield lines


def follows(runtime, recipient):
    with runtime.sessions.read() as session:
        return identities.official_account_identity(session, recipient.member_id) is not None


def closed_until(runtime):
    with runtime.sessions.read() as session:
        return session.scalar(select(Closure.until_at))


@pytest.mark.parametrize("errcode", ANSWERS)
def test_each_errcode_does_what_it_means(runtime, wechat, recipient, said, errcode):
    meant = {"follows": True, "closed_until": None, "alarm": False} | ANSWERS[errcode]
    wechat.fault(SEND, errcode=errcode, times=5)
    tell(runtime, recipient, 1)
    deliver_due(runtime)
    (message,) = rows(runtime)
    assert message.status == meant["status"]
    assert message.error is not None
    assert str(errcode) in message.error
    assert shown(wechat, recipient) == []
    assert follows(runtime, recipient) is meant["follows"]
    assert closed_until(runtime) == meant["closed_until"]
    assert any(line["log_level"] == "error" for line in said) is meant["alarm"]
    if message.status == Status.WAITING:
        assert message.attempts == meant["attempts"]
        assert message.due_at > MORNING


@pytest.mark.parametrize("errcode", [-1, 45009, 45011, 48001])
def test_what_is_tried_again_arrives_in_the_end(runtime, wechat, clock, recipient, errcode):
    wechat.fault(SEND, errcode=errcode)
    tell(runtime, recipient, 1)
    deliver_due(runtime)
    (message,) = rows(runtime)
    clock.set(message.due_at - timedelta(microseconds=1))
    assert not deliver_due(runtime)
    clock.set(message.due_at)
    assert deliver_due(runtime) == {"sent": 1}
    assert shown(wechat, recipient) == [1]


def test_a_refused_token_is_renewed_within_the_attempt(runtime, wechat, recipient):
    wechat.fault(SEND, errcode=42001)
    tell(runtime, recipient, 1)
    assert deliver_due(runtime) == {"sent": 1}
    assert shown(wechat, recipient) == [1]


def test_a_spent_quota_stops_everybody_until_tomorrow(runtime, wechat, clock, recipients):
    first, second = recipients(2)
    wechat.fault(SEND, errcode=45009, times=100)
    tell(runtime, first, 1)
    deliver_due(runtime)
    tell(runtime, second, 2)
    clock.set(TOMORROW - timedelta(microseconds=1))
    assert not deliver_due(runtime)
    assert sends(wechat) == 1
    wechat.clear_faults()
    clock.set(TOMORROW)
    assert deliver_due(runtime) == {"sent": 2}
    assert shown(wechat, first) == [1]
    assert shown(wechat, second) == [2]


def test_a_wechat_that_answers_nobody_is_left_alone_for_half_a_minute(runtime, wechat, clock, recipients, said):
    wechat.fault(SEND, errcode=-1, times=99)
    crowd = recipients(policy.MESSAGE_CIRCUIT_OPENS_AT + 3)
    for recipient in crowd:
        tell(runtime, recipient, 1)
    deliver_due(runtime, workers=1)
    assert sends(wechat) <= policy.MESSAGE_CIRCUIT_OPENS_AT + 1  # one was claimed ahead
    assert closed_until(runtime) == MORNING + timedelta(seconds=30)
    assert any(line["log_level"] == "error" for line in said)
    wechat.clear_faults()
    clock.move(timedelta(seconds=30))
    assert deliver_due(runtime) == {"sent": len(crowd)}


def test_who_does_not_follow_is_unreachable_without_asking_wechat(runtime, wechat, recipient):
    def leave(session):
        members.unfollow(session, appid=OA.appid, openid=recipient.user.oa_openid, now=MORNING)

    run(runtime.sessions.write, leave)
    tell(runtime, recipient, 1)
    assert deliver_due(runtime) == {"unreachable": 1}
    assert sends(wechat) == 0


def test_a_message_without_template_id_is_left_in_the_inbox_and_holds_up_nothing(runtime, wechat, recipient):
    tell(runtime, recipient, 1)
    assert deliver_due(replace(runtime, template_ids={})) == {"unreachable": 1}
    tell(runtime, recipient, 2)
    assert deliver_due(runtime) == {"sent": 1}
    assert shown(wechat, recipient) == [2]


@pytest.mark.parametrize("change", [{"template": "gone"}, {"words": {"points": "1"}}])
def test_a_message_that_the_catalogue_no_longer_has_is_dead(runtime, wechat, recipient, change):
    tell(runtime, recipient, 1)
    run(runtime.sessions.write, lambda session: session.execute(update(Message).values(**change)))
    every_id = replace(runtime, template_ids={**runtime.template_ids, "gone": "T"})
    assert deliver_due(every_id) == {"dead": 1}
    assert sends(wechat) == 0


def test_a_refused_jump_is_dropped_and_the_message_sent(runtime, wechat, recipient):
    wechat.fault(SEND, errcode=40165)
    tell(runtime, recipient, 1)
    assert deliver_due(runtime) == {"sent": 1}
    (message,) = wechat.messages(recipient.user, "template")
    assert message["mini_program"] is None


def test_a_message_leads_to_its_page(runtime, wechat, recipient):
    tell(runtime, recipient, 1)
    deliver_due(runtime)
    (message,) = wechat.messages(recipient.user, "template")
    assert message["mini_program"] == {"appid": runtime.mini_program.appid, "pagepath": "pages/points/index"}
    assert [field["value"] for field in message["fields"]] == ["1", "消费积分", "1001", "2026年3月1日 09:00"]


def test_tries_are_counted_and_end(runtime, wechat, clock, recipient):
    wechat.fault(SEND, errcode=-1, times=100)
    tell(runtime, recipient, 1)
    for attempt in range(1, policy.MESSAGE_TRIES):
        assert deliver_due(runtime) == {"waiting": 1}, attempt
        clock.set(rows(runtime)[0].due_at)
    assert deliver_due(runtime) == {"dead": 1}
    assert sends(wechat) == policy.MESSAGE_TRIES
    assert rows(runtime)[0].ended_at == clock.now()


def test_a_message_that_ends_its_deliverers_ends_too(runtime, wechat, recipient):
    tell(runtime, recipient, 1)
    crashed = update(Message).values(attempts=policy.MESSAGE_TRIES, channel="official-account")
    run(runtime.sessions.write, lambda session: session.execute(crashed))
    assert deliver_due(runtime) == {"dead": 1}
    assert sends(wechat) == 0


def test_what_was_perhaps_shown_is_repeated_only_while_wechat_recognises_it(runtime, wechat, clock, recipient):
    wechat.fault(SEND, drop="after", times=1)
    tell(runtime, recipient, 1)
    assert deliver_due(runtime) == {"waiting": 1}
    assert rows(runtime)[0].unsure_since == MORNING
    clock.move(timedelta(minutes=9))
    assert deliver_due(runtime) == {"doubtful": 1}
    assert shown(wechat, recipient) == [1]
    assert sends(wechat) == 1


def test_a_doubt_outlives_a_later_refusal(runtime, wechat, clock, recipient):
    wechat.fault(SEND, drop="after")
    wechat.fault(SEND, errcode=-1)
    tell(runtime, recipient, 1)
    deliver_due(runtime)
    clock.set(rows(runtime)[0].due_at)
    assert deliver_due(runtime) == {"waiting": 1}
    assert rows(runtime)[0].unsure_since == MORNING


def test_a_plain_refusal_leaves_no_doubt(runtime, wechat, recipient):
    wechat.fault(SEND, errcode=-1)
    tell(runtime, recipient, 1)
    deliver_due(runtime)
    assert rows(runtime)[0].unsure_since is None


def test_a_dead_letter_is_sent_after_all_when_an_operator_says_so(runtime, wechat, clock, recipient):
    wechat.fault(SEND, errcode=47003)
    tell(runtime, recipient, 1)
    deliver_due(runtime)
    message_id = rows(runtime)[0].id
    run(runtime.sessions.write, lambda session: requeue(session, message_id, now=clock.now()))
    assert deliver_due(runtime) == {"sent": 1}
    assert shown(wechat, recipient) == [1]


def test_logs_hold_nothing_personal(runtime, wechat, recipient, said):
    wechat.fault(SEND, errcode=40003)
    tell(runtime, recipient, 1)
    deliver_due(runtime)
    text = str(said)
    assert "40003" in text
    assert recipient.user.oa_openid not in text
    assert str(recipient.member_id) not in text
