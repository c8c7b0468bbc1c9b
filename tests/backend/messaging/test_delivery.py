import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from functools import partial
from threading import Event, Thread
from time import monotonic, sleep

import pytest
from sqlalchemy import func, select

from backend.kit.db import run
from backend.messaging import (
    anything_due,
    deliver_due,
    deliver_some,
    deliver_until,
    outbox,
    outbox_depth,
    tell_points_earned,
)
from backend.messaging.attempt import by_name
from backend.messaging.models import Message
from backend.messaging.rules import LEASE, Status
from backend.wechat import OfficialAccount
from tests.backend.messaging.conftest import with_simulator
from tests.backend.messaging.recipients import SEND, earned, make_recipient, rows, sends, shown, tell
from tests.support.clocks import MORNING
from tests.support.races import race
from tests.support.runtimes import OA


class Undone(Exception):
    pass


def wait_for(condition, seconds=20):
    """Until something outside this process has happened."""
    until = monotonic() + seconds
    while not condition():
        assert monotonic() < until
        sleep(0.02)


def claiming(runtime):
    """What a deliverer does before it dies."""
    return partial(outbox.claim, channels=by_name(runtime), token="dead", now=MORNING, limit=9)


# N1: decided in the transaction that it tells of


def test_what_is_undone_is_not_told(runtime, wechat, recipient):
    def buy_and_fail(session):
        tell_points_earned(session, earned(recipient.member_id, 20))
        session.flush()
        raise Undone

    with pytest.raises(Undone):
        run(runtime.sessions.write, buy_and_fail)
    assert not deliver_due(runtime)
    assert sends(wechat) == 0


def test_what_is_committed_is_told_by_whoever_comes_after_the_crash(engine, runtime, wechat, clock, recipient):
    tell(runtime, recipient, 20)
    another = with_simulator(engine, clock, wechat)  # the process that decided is gone
    assert deliver_due(another) == {"sent": 1}
    assert shown(wechat, recipient) == [20]


def test_a_deliverer_that_dies_before_it_sends_is_replaced(engine, runtime, wechat, clock, recipient):
    tell(runtime, recipient, 20)
    run(
        runtime.sessions.write,
        lambda session: outbox.claim(session, by_name(runtime), token="dead", now=MORNING, limit=9),
    )
    another = with_simulator(engine, clock, wechat)
    assert not deliver_due(another)
    clock.move(LEASE)
    assert deliver_due(another) == {"sent": 1}
    assert shown(wechat, recipient) == [20]


# N2: a repeat is not shown twice


def test_an_answer_that_is_lost_shows_the_message_once(runtime, wechat, clock, recipient):
    wechat.fault(SEND, drop="after")
    tell(runtime, recipient, 20)
    assert deliver_due(runtime) == {"waiting": 1}
    clock.set(rows(runtime)[0].due_at)
    assert deliver_due(runtime) == {"sent": 1}
    assert sends(wechat) == 2
    assert shown(wechat, recipient) == [20]


def test_a_deliverer_that_dies_after_it_sent_shows_the_message_once(engine, runtime, wechat, clock, recipient):
    tell(runtime, recipient, 20)
    (letter,) = run(runtime.sessions.write, claiming(runtime)).letters
    runtime.official_account.send_template(
        recipient.user.oa_openid,
        "id-of-points_earned",
        {"number1": "20", "thing2": "消费积分", "number3": "1020", "time4": "2026年3月1日 09:00"},
        client_msg_id=str(letter.id),
    )
    clock.move(LEASE)
    assert deliver_due(with_simulator(engine, clock, wechat)) == {"sent": 1}
    assert sends(wechat) == 2
    assert shown(wechat, recipient) == [20]


# N3: order per member, and nobody waits for another


def test_a_member_s_messages_keep_their_order_when_the_first_fails(runtime, wechat, clock, recipient):
    wechat.fault(SEND, errcode=-1, times=2)
    tell(runtime, recipient, 1, 2, 3)
    for _ in range(2):
        assert deliver_due(runtime) == {"waiting": 1}
        assert shown(wechat, recipient) == []
        clock.set(rows(runtime)[0].due_at)
    assert deliver_due(runtime) == {"sent": 3}
    assert shown(wechat, recipient) == [1, 2, 3]


def test_a_dead_message_lets_the_next_one_go(runtime, wechat, recipient):
    wechat.fault(SEND, errcode=47003)
    tell(runtime, recipient, 1, 2)
    assert deliver_due(runtime) == {"dead": 1, "sent": 1}
    assert shown(wechat, recipient) == [2]


def test_a_slow_recipient_delays_nobody_else(runtime, wechat, recipients):
    slow, *others = recipients(5)
    wechat.fault(SEND, delay_ms=3000, openid=slow.user.oa_openid)
    patient = OfficialAccount(OA, cache=runtime.cache, base_url=wechat.base_url, timeout=(3, 9))
    tell(runtime, slow, 1, 2)
    for other in others:
        tell(runtime, other, 1, 2, 3)
    assert deliver_due(replace(runtime, official_account=patient), workers=2) == {"sent": 14}
    arrived = {one.member_id: _arrivals(wechat, one) for one in (slow, *others)}
    assert shown(wechat, slow) == [1, 2]
    assert all(shown(wechat, other) == [1, 2, 3] for other in others)
    last_of_others = max(max(arrived[other.member_id]) for other in others)
    assert last_of_others < min(arrived[slow.member_id])


def test_a_failing_recipient_delays_nobody_else(runtime, wechat, recipients):
    failing, *others = recipients(3)
    wechat.fault(SEND, errcode=-1, openid=failing.user.oa_openid, times=99)
    tell(runtime, failing, 1, 2)
    for other in others:
        tell(runtime, other, 1, 2)
    assert deliver_due(runtime) == {"waiting": 1, "sent": 4}
    assert all(shown(wechat, other) == [1, 2] for other in others)


def _arrivals(wechat, recipient):
    """The places of the messages in the order in which all phones got theirs."""
    return [message["id"] for message in wechat.messages(recipient.user, "template")]


# any number of deliverers


def _told(runtime, wechat, members, each):
    recipients = [make_recipient(runtime, wechat) for _ in range(members)]

    def write(session):
        for amount in range(1, each + 1):
            for recipient in recipients:
                tell_points_earned(session, earned(recipient.member_id, amount))

    run(runtime.sessions.write, write)
    return recipients


@pytest.mark.slow
def test_two_deliverers_deliver_500_messages_none_twice_and_none_lost(mariadb, clock, wechat):
    runtimes = [with_simulator(mariadb, clock, wechat) for _ in range(2)]
    recipients = _told(runtimes[0], wechat, members=20, each=25)
    outcomes = sum(race(2, lambda number: deliver_due(runtimes[number], workers=4)), Counter())
    while _waiting(runtimes[0]):  # the one may have seen only members whose message the other had under way
        clock.move(timedelta(seconds=10))  # on a busy machine an answer may have come too late, and is asked for again
        outcomes += deliver_due(runtimes[0])
    assert outcomes["sent"] == 500
    assert sends(wechat) == outcomes.total()
    assert all(shown(wechat, recipient) == list(range(1, 26)) for recipient in recipients)


@pytest.mark.slow
def test_a_deliverer_killed_at_its_work_loses_nothing_and_shows_nothing_twice(mariadb, clock, wechat):
    runtime = with_simulator(mariadb, clock, wechat)
    recipients = _told(runtime, wechat, members=8, each=4)
    wechat.fault(SEND, delay_ms=100, times=1000)
    database = mariadb.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.backend.messaging.deliverer", database, wechat.base_url]
    with subprocess.Popen(command) as process:  # noqa: S603  our own program
        try:
            wait_for(lambda: sends(wechat) >= 6, seconds=120)  # a busy machine takes its time to start Python
        finally:
            process.kill()
    assert 0 < _waiting(runtime) < 32
    wechat.clear_faults()
    clock.move(LEASE)
    assert set(deliver_due(runtime)) == {"sent"}
    assert all(shown(wechat, recipient) == [1, 2, 3, 4] for recipient in recipients)


def test_a_stopped_deliverer_finishes_what_it_has_begun_and_begins_nothing(runtime, wechat, recipient):
    wechat.fault(SEND, delay_ms=300)
    tell(runtime, recipient, 1, 2)
    stopped, outcomes = Event(), []
    thread = Thread(target=lambda: outcomes.append(deliver_until(runtime, stopped)))
    thread.start()
    wait_for(lambda: _claimed(runtime))
    stopped.set()
    thread.join(20)
    assert outcomes == [{"sent": 1}]
    assert shown(wechat, recipient) == [1]
    assert [row.status for row in rows(runtime)] == [Status.SENT, Status.WAITING]
    assert not _claimed(runtime)


def test_a_slice_ends_when_nothing_is_left(runtime, wechat, recipient):
    tell(runtime, recipient, 1, 2)
    assert anything_due(runtime)
    assert deliver_some(runtime, Event(), seconds=600) == {"sent": 2}
    assert not anything_due(runtime)
    assert shown(wechat, recipient) == [1, 2]


def test_a_slice_ends_when_its_time_is_over_and_leaves_the_rest(runtime, wechat, recipient):
    wechat.fault(SEND, delay_ms=300, times=9)
    tell(runtime, recipient, 1, 2, 3)
    assert deliver_some(runtime, Event(), seconds=0.1) == {"sent": 1}
    assert [row.status for row in rows(runtime)] == [Status.SENT, Status.WAITING, Status.WAITING]
    assert not _claimed(runtime)


def test_a_slice_that_is_stopped_before_it_begins_begins_nothing(runtime, wechat, recipient):
    tell(runtime, recipient, 1)
    stopped = Event()
    stopped.set()
    assert not deliver_some(runtime, stopped, seconds=600)
    assert sends(wechat) == 0


def test_what_is_under_way_is_not_due_before_its_lease_ends(runtime, clock, recipient):
    tell(runtime, recipient, 1)
    assert run(runtime.sessions.write, claiming(runtime)).letters
    assert not anything_due(runtime)
    clock.move(LEASE)
    assert anything_due(runtime)


def test_a_running_deliverer_takes_what_comes(runtime, wechat, recipient):
    stopped = Event()
    thread = Thread(target=deliver_until, args=(runtime, stopped))
    thread.start()
    tell(runtime, recipient, 1, 2)
    wait_for(lambda: _waiting(runtime) == 0)
    stopped.set()
    thread.join(20)
    assert shown(wechat, recipient) == [1, 2]


def test_a_database_that_comes_and_goes_does_not_end_the_deliverer(runtime, wechat, recipient):
    broken = {"now": True}

    class Moody:
        def now(self):
            if broken["now"]:
                raise ConnectionError("away")
            return runtime.clock.now()

    stopped = Event()
    thread = Thread(target=deliver_until, args=(replace(runtime, clock=Moody()), stopped))
    thread.start()
    tell(runtime, recipient, 1)
    broken["now"] = False
    wait_for(lambda: _waiting(runtime) == 0)
    stopped.set()
    thread.join(20)
    assert shown(wechat, recipient) == [1]


def _waiting(runtime):
    with runtime.sessions.read() as session:
        return outbox_depth(session)


def _claimed(runtime):
    with runtime.sessions.read() as session:
        return session.scalar(select(func.count()).where(Message.token.is_not(None)))


def test_back_off_begins_where_the_attempt_ended(runtime, wechat, clock, recipient):
    wechat.fault(SEND, errcode=-1)
    tell(runtime, recipient, 1)
    deliver_due(runtime)
    pause = rows(runtime)[0].due_at - clock.now()
    assert timedelta(seconds=2.5) <= pause <= timedelta(seconds=5)
