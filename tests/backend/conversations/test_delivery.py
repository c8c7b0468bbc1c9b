import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from threading import Event, Thread
from time import monotonic, sleep

import pytest
from structlog.testing import capture_logs

from backend import members
from backend.conversations import send_replies, send_replies_until, sending
from backend.conversations.sending import LEASE
from backend.kit.db import run
from backend.wechat import OfficialAccount
from config import policy
from tests.backend.conversations.phones import SEND, answer, left, replies, sends, shown
from tests.support.clocks import MORNING
from tests.support.runtimes import NOWHERE, OA


def wait_for(condition, seconds=20):
    """Until something outside this process has happened."""
    until = monotonic() + seconds
    while not condition():
        assert monotonic() < until
        sleep(0.02)


def ended(runtime):
    return [(reply.status, (reply.error or "").partition(" rid")[0]) for reply in replies(runtime)]


def test_replies_arrive_in_their_order(post, wechat, phone):
    answer(post, phone, "您好", "请说")
    assert send_replies(post) == {"sent": 2}
    assert shown(wechat, phone) == ["您好", "请说"]
    assert left(post, phone) == 3


def test_a_slow_follower_delays_nobody_else(post, wechat, phones):
    slow, *others = phones(4)
    wechat.fault(SEND, delay_ms=800, openid=slow.user.oa_openid)
    for phone in (slow, *others):
        answer(post, phone, "一", "二")
    assert send_replies(post, workers=2) == {"sent": 8}
    assert sends(wechat) == 8
    order = [one["openid"] for one in wechat.calls(SEND)]
    assert order.index(slow.user.oa_openid) == 6  # all six of the others were there first


@pytest.mark.parametrize(
    ("errcode", "reason", "remaining"),
    [
        (45015, "OutOfWindow 45015", 0),
        (45047, "OutOfWindow 45047", 0),
        (43019, "RecipientUnreachable 43019", 5),
        (40003, "WrongRecipient 40003", 5),
        (45009, "QuotaSpent 45009", 5),
        (48001, "Misconfigured 48001", 5),
        (45168, "ContentRefused 45168", 5),
        (99999, "UnknownRefusal 99999", 5),
    ],
)
def test_a_refusal_ends_a_reply_with_its_reason(post, wechat, phone, errcode, reason, remaining):
    wechat.fault(SEND, errcode=errcode)
    answer(post, phone, "您好")
    assert send_replies(post) == {"failed": 1}
    assert ended(post) == [("failed", reason)]
    assert sends(wechat) == 1
    assert left(post, phone) == remaining


def test_who_follows_no_more_is_forgotten(post, wechat, phone):
    wechat.unfollow(phone.user)
    answer(post, phone, "您好")
    assert send_replies(post) == {"failed": 1}
    assert replies(post) == []
    with post.sessions.read() as session, pytest.raises(members.IdentityUnknown):
        members.of_identity(session, phone.identity_id)


@pytest.mark.parametrize("errcode", [-1, 45011])
def test_what_may_work_later_is_tried_later(post, wechat, clock, phone, errcode):
    wechat.fault(SEND, errcode=errcode)
    answer(post, phone, "您好")
    assert send_replies(post) == {"waiting": 1}
    clock.set(replies(post)[0].due_at)
    assert send_replies(post) == {"sent": 1}
    assert shown(wechat, phone) == ["您好"]
    assert left(post, phone) == 4


def test_it_is_not_tried_for_ever(post, wechat, clock, phone):
    wechat.fault(SEND, errcode=-1, times=99)
    answer(post, phone, "您好")
    for _ in range(policy.DESK_TRIES - 1):
        assert send_replies(post) == {"waiting": 1}
        clock.set(replies(post)[0].due_at)
    assert send_replies(post) == {"failed": 1}
    assert sends(wechat) == policy.DESK_TRIES
    assert left(post, phone) == 5


@pytest.mark.parametrize("fault", [{"drop": "after"}, {"drop": "before"}, {"http_status": 502}, {"delay_ms": 1500}])
def test_what_was_never_answered_is_doubtful_and_not_sent_again(post, wechat, clock, phone, fault):
    """WeChat knows no key of a customer message: a repeat would be shown as a second one."""
    wechat.fault(SEND, **fault)
    answer(post, phone, "您好", "请说")
    assert send_replies(post) == {"doubtful": 1, "sent": 1}
    clock.move(timedelta(hours=1))
    assert send_replies(post) == {}
    wait_for(lambda: sends(wechat) >= 2)
    assert sends(wechat) == 2
    assert left(post, phone) == 3


def test_a_wechat_that_is_not_reached_is_tried_again(post, wechat, clock, phone):
    answer(post, phone, "您好")
    away = replace(post, official_account=OfficialAccount(OA, cache=post.cache, base_url=NOWHERE, timeout=(1, 1)))
    assert send_replies(away) == {"waiting": 1}
    clock.set(replies(post)[0].due_at)
    assert send_replies(post) == {"sent": 1}


def test_nothing_that_was_said_is_in_the_log(post, wechat, phone):
    wechat.fault(SEND, errcode=45015)
    with capture_logs() as lines:
        answer(post, phone, "您好王小红", "再见")
        send_replies(post)
    assert [line["status"] for line in lines if line["event"] == "desk.reply"] == ["failed", "sent"]
    assert "王小红" not in str(lines)
    assert phone.user.oa_openid not in str(lines)


def test_a_sender_that_dies_before_it_sends_leaves_a_doubt_and_no_second_message(post, wechat, clock, phone):
    answer(post, phone, "您好", "请说")
    run(post.sessions.write, lambda session: sending.claim(session, token="dead", now=MORNING, limit=9))
    assert send_replies(post) == {}
    clock.move(LEASE)
    assert send_replies(post) == {"sent": 1}
    assert ended(post) == [("doubtful", sending.NEVER_ANSWERED), ("sent", "")]
    assert shown(wechat, phone) == ["请说"]


def test_replies_are_sent_as_they_are_written_until_told_to_stop(post, wechat, phone):
    stopped = Event()
    thread = Thread(target=send_replies_until, args=(post, stopped))
    thread.start()
    answer(post, phone, "您好")
    wait_for(lambda: shown(wechat, phone) == ["您好"])
    stopped.set()
    thread.join(timeout=20)
    assert not thread.is_alive()
    assert ended(post) == [("sent", "")]


def test_killing_senders_at_random_shows_no_reply_twice_and_loses_none_that_was_not_begun(
    engine, post, wechat, clock, phones
):
    """SIGKILL between the commit of a reply and its end: what was not begun is sent, what was begun has a named end."""
    everybody = phones(13)  # each death holds up to four of them until their lease ends
    for phone in everybody:
        answer(post, phone, "一", "二", "三")
    wechat.fault(SEND, delay_ms=60, times=999)
    command = [sys.executable, "-m", "tests.backend.conversations.deliverer"]
    database = engine.url.render_as_string(hide_password=False)
    for _ in range(3):
        seen = sends(wechat)
        process = subprocess.Popen([*command, database, wechat.base_url])  # noqa: S603  our own program
        wait_for(lambda seen=seen: sends(wechat) > seen, seconds=60)
        process.kill()
        process.wait()
    clock.move(LEASE)
    send_replies(post)
    clock.move(LEASE)
    send_replies(post)
    states = [status for status, _ in ended(post)]
    assert len(states) == 39
    assert set(states) <= {"sent", "doubtful"}
    assert states.count("doubtful") <= 12  # four under way at each of three deaths
    for phone in everybody:
        texts = shown(wechat, phone)
        assert texts == [text for text in ("一", "二", "三") if text in texts]
    assert sum(len(shown(wechat, phone)) for phone in everybody) >= states.count("sent")
