"""What each of WeChat's answers to a subscribe message does, against the simulator (promise N4)."""

from dataclasses import replace
from datetime import timedelta

import pytest
import structlog

from backend.messaging import deliver_due
from backend.messaging.channels import Wanted
from backend.messaging.channels.subscribe_messages import SubscribeMessages
from templates_msg.catalogue import load
from tests.backend.messaging.channels.conftest import SUBSCRIBES
from tests.backend.messaging.channels.people import READY, accept, fared, left, tell, the_message
from tests.support.clocks import MORNING
from tests.support.runtimes import MP
from tests.support.statements import statements_of

SEND = "cgi-bin/message/subscribe/send"
ID = SUBSCRIBES[READY]

ANSWERS = {
    -1: "waiting",
    43108: "waiting",
    42001: "waiting",
    45009: "waiting",
    45011: "waiting",
    48001: "waiting",
    43101: "unreachable",
    40003: "dead",
    40037: "dead",
    47003: "dead",
    43107: "dead",
    45168: "dead",
    99999: "dead",
}


@pytest.fixture
def taker(runtime, wechat, person):
    accept(runtime, wechat, person.program_id, person.user, ID, MP.appid)
    return person


def test_an_accept_brings_one_message_and_is_used_up(runtime, wechat, taker):
    tell(runtime, taker)
    assert deliver_due(runtime) == {"sent": 1}
    [shown] = wechat.messages(taker.user, "subscribe")
    assert (shown["page"], shown["state"], shown["lang"]) == ("pages/orders/index", "formal", "zh_CN")
    assert left(runtime, taker.program_id, ID) == 0
    tell(runtime, taker)
    assert deliver_due(runtime) == {"unreachable": 1}
    assert len(wechat.calls(SEND)) == 1


@pytest.mark.parametrize("errcode", ANSWERS)
def test_each_errcode_does_what_it_means(runtime, wechat, taker, errcode):
    wechat.fault(SEND, errcode=errcode, times=5)
    tell(runtime, taker)
    deliver_due(runtime)
    assert the_message(runtime).status == ANSWERS[errcode]
    assert fared(runtime) == ({} if ANSWERS[errcode] == "waiting" else {"mini-program": ANSWERS[errcode]})
    assert wechat.messages(taker.user) == []
    assert left(runtime, taker.program_id, ID) == (0 if errcode == 43101 else 1)


def test_who_is_written_to_at_the_same_moment_is_written_to_a_little_later(runtime, wechat, clock, taker):
    wechat.fault(SEND, errcode=43108)
    tell(runtime, taker)
    assert deliver_due(runtime) == {"waiting": 1}
    clock.move(timedelta(seconds=10))
    assert deliver_due(runtime) == {"sent": 1}


def test_a_page_that_is_not_released_is_dropped_and_the_operator_told(runtime, wechat, taker):
    wechat.fault(SEND, errcode=41030)
    tell(runtime, taker)
    with structlog.testing.capture_logs() as lines:
        assert deliver_due(runtime) == {"sent": 1}
    [shown] = wechat.messages(taker.user, "subscribe")
    assert shown["page"] is None
    assert [line["page"] for line in lines if line["event"] == "messages.page-unknown"] == ["pages/orders/index"]


def test_what_may_have_been_shown_is_not_sent_again(runtime, wechat, taker, clock):
    wechat.fault(SEND, drop="after")
    tell(runtime, taker)
    assert deliver_due(runtime) == {"waiting": 1}
    clock.set(the_message(runtime).due_at)
    assert deliver_due(runtime) == {"doubtful": 1}
    assert len(wechat.calls(SEND)) == 1


def test_it_opens_the_version_that_the_shop_says(runtime, wechat, taker):
    tell(runtime, taker)
    deliver_due(replace(runtime, program_state="trial"))
    assert wechat.messages(taker.user, "subscribe")[0]["state"] == "trial"


def test_it_carries_what_has_fields_and_a_template(runtime):
    channel = SubscribeMessages(runtime.mini_program, {"campaign": "S"}, "formal")
    assert channel.carries(load()["campaign"])
    assert not channel.carries(load()[READY])


def test_those_who_accepted_are_found_in_one_statement(runtime, wechat, taker):
    channel = SubscribeMessages(runtime.mini_program, SUBSCRIBES, "formal")
    wanted = [Wanted(1, taker.member_id, READY), Wanted(2, taker.member_id, "tier_lost"), Wanted(3, 99, READY)]
    with runtime.sessions.read() as session, statements_of(session) as said:
        assert channel.addresses(session, wanted, now=MORNING) == {1: taker.user.mp_openid}
    assert len(said) == 1
