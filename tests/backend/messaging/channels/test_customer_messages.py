"""What each of WeChat's answers to a customer message does, against the simulator (promise N4)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from backend import conversations, members
from backend.conversations.models import Window
from backend.kit.db import run
from backend.messaging import deliver_due
from backend.messaging.channels import Wanted
from backend.messaging.channels.customer_messages import CustomerMessages
from backend.messaging.channels.protocol import Letter, Refused
from backend.messaging.rules import Queue
from templates_msg.catalogue import load
from tests.backend.messaging.channels.people import READY, fared, make_person, tell, the_message
from tests.support import identities
from tests.support.clocks import MORNING
from tests.support.races import race
from tests.support.runtimes import OA
from tests.support.statements import statements_of

SEND = "cgi-bin/message/custom/send"

ANSWERS = {
    -1: ("waiting", 4),
    40001: ("waiting", 4),
    45009: ("waiting", 4),
    48001: ("waiting", 4),
    45015: ("unreachable", 0),
    45047: ("unreachable", 0),
    43004: ("unreachable", None),  # who does not follow has no window
    40003: ("dead", 4),
    45002: ("dead", 4),
    99999: ("dead", 4),
}


@pytest.fixture
def writer(runtime, wechat, person):
    """Who follows and has just written."""
    wechat.follow(person.user)
    wechat.say(person.user, "在吗")

    def work(session):
        members.follow(session, appid=OA.appid, openid=person.user.oa_openid, unionid=None, now=MORNING)
        conversations.note_words(session, person.account_id, at=MORNING)

    run(runtime.sessions.write, work)
    return person


def left(runtime, person):
    with runtime.sessions.read() as session:
        return session.scalar(select(Window.left_of_words).where(Window.identity_id == person.account_id))


def replies(wechat, person):
    return [one["text"] for one in wechat.messages(person.user, "text") if one["sender"] == "account"]


def test_who_has_written_is_answered_within_the_window(runtime, wechat, writer):
    tell(runtime, writer)
    assert deliver_due(runtime) == {"sent": 1}
    [said] = replies(wechat, writer)
    assert said.startswith("您兑换的「手冲咖啡兑换券」已到百汇南京路店，提货码402913377580")
    assert 'data-miniprogram-path="pages/orders/index"' in said
    assert 'href="https://shop.example/wechat/guide"' in said
    assert left(runtime, writer) == 4


@pytest.mark.parametrize("errcode", ANSWERS)
def test_each_errcode_does_what_it_means(runtime, wechat, writer, errcode):
    status, still_left = ANSWERS[errcode]
    wechat.fault(SEND, errcode=errcode, times=5)
    tell(runtime, writer)
    deliver_due(runtime)
    assert the_message(runtime).status == status
    assert fared(runtime) == ({} if status == "waiting" else {"customer-service": status})
    assert replies(wechat, writer) == []
    assert left(runtime, writer) == still_left
    with runtime.sessions.read() as session:
        follows = identities.official_account_identity(session, writer.member_id) is not None
    assert follows is (errcode != 43004)


def test_what_may_have_been_shown_is_not_sent_again(runtime, wechat, writer, clock):
    wechat.fault(SEND, drop="after")
    tell(runtime, writer)
    assert deliver_due(runtime) == {"waiting": 1}
    clock.set(the_message(runtime).due_at)
    assert deliver_due(runtime) == {"doubtful": 1}
    assert len(replies(wechat, writer)) == 1
    assert left(runtime, writer) == 4


def test_who_wrote_two_days_ago_is_not_reached(runtime, wechat, clock, writer):
    clock.move(timedelta(hours=48))
    tell(runtime, writer)
    assert deliver_due(runtime) == {"unreachable": 1}
    assert wechat.calls(SEND) == []


def test_what_never_left_us_is_given_back(runtime, writer):
    unreachable = channel_of(runtime, "http://127.0.0.1:9")
    refusal = refused(unreachable, letter_to(writer))
    assert left(runtime, writer) == 4
    run(runtime.sessions.write, lambda s: unreachable.learn(s, letter_to(writer), refusal, now=MORNING))
    assert left(runtime, writer) == 5


def test_of_eight_senders_at_once_five_get_through(runtime, wechat, writer):
    channel = channel_of(runtime, wechat.base_url)

    def send(number):
        try:
            return channel.send(letter_to(writer, number))
        except Refused as refusal:
            return refusal.errcode

    assert race(8, send).count("window-spent") == 3
    assert len(replies(wechat, writer)) == 5
    assert left(runtime, writer) == 0


def test_those_whose_window_is_open_are_found_in_two_statements(runtime, wechat, writer):
    silent = make_person(runtime, wechat)
    wanted = [Wanted(1, writer.member_id, READY), Wanted(2, silent.member_id, READY)]
    channel = channel_of(runtime, wechat.base_url)
    with runtime.sessions.read() as session, statements_of(session) as said:
        found = channel.addresses(session, wanted, now=MORNING)
    assert found == {1: f"{writer.account_id} {writer.user.oa_openid}"}
    assert len(said) == 2


def test_it_carries_what_can_be_said_in_a_sentence(runtime):
    assert channel_of(runtime, "http://127.0.0.1:9").carries(load()[READY])


def channel_of(runtime, url):
    account = type(runtime.official_account)(OA, cache=runtime.cache, base_url=url, timeout=(1, 1))
    account_that_has_a_token = runtime.official_account if url != "http://127.0.0.1:9" else account
    return CustomerMessages(
        account_that_has_a_token, runtime.mini_program, runtime.sessions, guide_url="https://shop.example/wechat/guide"
    )


def letter_to(person, number=1):
    return Letter(
        id=number,
        member_id=person.member_id,
        template=READY,
        words=dict(load()[READY].sample),
        queue=Queue.BY_DAY,
        channel="customer-service",
        address=f"{person.account_id} {person.user.oa_openid}",
        token="t",
        attempts=1,
        claimed_at=MORNING,
        unsure_since=None,
    )


def refused(channel, letter):
    with pytest.raises(Refused) as caught:
        channel.send(letter)
    return caught.value
