"""What each of WeChat's answers to a subscription notice does, against the simulator (promise N4)."""

import pytest

from backend.kit.db import run
from backend.messaging import deliver_due
from backend.messaging.channels import Wanted
from backend.messaging.channels.notices import SubscriptionNotices
from backend.subscriptions import Answer, note_answer
from templates_msg.catalogue import load
from tests.backend.messaging.channels.conftest import NOTICES
from tests.backend.messaging.channels.people import READY, accept, fared, left, tell, the_message
from tests.support import identities
from tests.support.clocks import MORNING
from tests.support.runtimes import OA
from tests.support.statements import statements_of

SEND = "cgi-bin/message/subscribe/bizsend"
ID = NOTICES[READY]

ANSWERS = {
    -1: "waiting",
    43108: "waiting",
    40001: "waiting",
    45009: "waiting",
    45011: "waiting",
    48001: "waiting",
    43101: "unreachable",
    43004: "unreachable",
    43019: "unreachable",
    40003: "dead",
    40037: "dead",
    41030: "dead",
    47003: "dead",
    43107: "dead",
    45168: "dead",
    99999: "dead",
}


@pytest.fixture
def taker(runtime, wechat, person):
    accept(runtime, wechat, person.account_id, person.user, ID, OA.appid)
    return person


def test_an_accept_brings_one_notice_and_is_used_up(runtime, wechat, taker):
    tell(runtime, taker)
    assert deliver_due(runtime) == {"sent": 1}
    [shown] = wechat.messages(taker.user, "subscription-notice")
    assert shown["title"] == "兑换商品到店提醒"
    assert shown["mini_program"]["pagepath"] == "pages/orders/index"
    assert left(runtime, taker.account_id, ID) == 0
    tell(runtime, taker)
    assert deliver_due(runtime) == {"unreachable": 1}


@pytest.mark.parametrize("errcode", ANSWERS)
def test_each_errcode_does_what_it_means(runtime, wechat, taker, errcode):
    wechat.fault(SEND, errcode=errcode, times=5)
    tell(runtime, taker)
    deliver_due(runtime)
    assert the_message(runtime).status == ANSWERS[errcode]
    assert fared(runtime) == ({} if ANSWERS[errcode] == "waiting" else {"notice": ANSWERS[errcode]})
    assert wechat.messages(taker.user) == []
    assert left(runtime, taker.account_id, ID) == (0 if errcode == 43101 else 1)


def test_what_may_have_been_shown_is_not_sent_again(runtime, wechat, taker, clock):
    wechat.fault(SEND, drop="after")
    tell(runtime, taker)
    assert deliver_due(runtime) == {"waiting": 1}
    clock.set(the_message(runtime).due_at)
    assert deliver_due(runtime) == {"doubtful": 1}
    assert len(wechat.messages(taker.user, "subscription-notice")) == 1
    assert len(wechat.calls(SEND)) == 1


def test_a_refused_jump_is_dropped_and_the_notice_sent(runtime, wechat, taker):
    wechat.fault(SEND, errcode=40165)
    tell(runtime, taker)
    assert deliver_due(runtime) == {"sent": 1}
    [shown] = wechat.messages(taker.user, "subscription-notice")
    assert shown["mini_program"] is None


def test_it_carries_what_has_fields_and_a_template(runtime):
    channel = SubscriptionNotices(runtime.official_account, runtime.mini_program, {"campaign": "N"})
    assert channel.carries(load()["campaign"])
    assert not channel.carries(load()[READY])


def test_those_who_accepted_are_found_in_one_statement(runtime, wechat, taker):
    channel = SubscriptionNotices(runtime.official_account, runtime.mini_program, NOTICES)
    wanted = [Wanted(1, taker.member_id, READY), Wanted(2, taker.member_id, "tier_lost"), Wanted(3, 99, READY)]
    with runtime.sessions.read() as session, statements_of(session) as said:
        assert channel.addresses(session, wanted, now=MORNING) == {1: taker.user.oa_openid}
    assert len(said) == 1


def test_an_accept_of_the_mini_program_is_none_of_the_account(runtime, wechat, person):
    answer = Answer(True, MORNING, told_by_wechat=True)
    run(runtime.sessions.write, lambda session: note_answer(session, person.program_id, ID, answer))
    tell(runtime, person)
    assert deliver_due(runtime) == {"unreachable": 1}
    with runtime.sessions.read() as session:
        assert identities.official_account_identity(session, person.member_id) is None
