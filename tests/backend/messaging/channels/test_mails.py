"""What each of the mail server's answers does, against a real one (promise N4)."""

from dataclasses import replace

import pytest
import structlog
from sqlalchemy import select

from backend.mail import Mailer
from backend.messaging import deliver_due
from backend.messaging.channels import Wanted
from backend.messaging.channels.mails import Mails
from backend.messaging.models import Closure, Delivery
from backend.preferences import member_of_mail_token
from templates_msg.catalogue import load
from tests.backend.messaging.channels.people import ADDRESS, READY, confirm_mail, fared, make_person, tell, the_message
from tests.support.clocks import MORNING
from tests.support.runtimes import KEYS
from tests.support.statements import statements_of

ANSWERS = {
    ("MAIL", "451 later"): ("waiting", False, False),
    ("MAIL", "553 no such sender"): ("waiting", True, True),
    ("RCPT", "450 busy"): ("waiting", False, False),
    ("RCPT", "550 no such user"): ("unreachable", False, False),
    ("DATA", "452 disk full"): ("waiting", False, False),
    ("DATA", "554 spam"): ("dead", False, True),
}


@pytest.fixture
def mailing(runtime, post):
    return replace(runtime, mailer=Mailer(post.account(), timeout_s=1))


@pytest.fixture
def reader(mailing, person):
    confirm_mail(mailing, person)
    return person


def test_a_mail_goes_to_the_confirmed_address(mailing, post, reader):
    tell(mailing, reader)
    assert deliver_due(mailing) == {"sent": 1}
    [taken] = post.taken
    message = the_message(mailing)
    assert post.recipients == [ADDRESS]
    assert taken["Subject"] == "兑换商品到店提醒"
    assert "您兑换的「手冲咖啡兑换券」已到百汇南京路店" in taken.get_content()
    assert "List-Unsubscribe" not in taken
    assert taken["Message-ID"] == f"<{message.id}@baihui.example>"
    with mailing.sessions.read() as session:
        assert session.scalars(select(Delivery)).one().msgid == taken["Message-ID"]


def test_marketing_says_what_it_is_and_how_it_ends(mailing, post, reader):
    tell(mailing, reader, "campaign")
    assert deliver_due(mailing) == {"sent": 1}
    [taken] = post.taken
    assert taken["Subject"] == "（广告）会员活动通知"
    url = str(taken["List-Unsubscribe"]).strip("<>")
    assert url.startswith("https://shop.example/unsubscribe/")
    assert url in taken.get_content()
    assert member_of_mail_token(url.rpartition("/")[2], KEYS.unsubscribing) == reader.member_id


@pytest.mark.parametrize(("command", "answer"), ANSWERS)
def test_each_answer_does_what_it_means(mailing, post, reader, command, answer):
    status, closes, alarms = ANSWERS[command, answer]
    post.refused[command] = answer
    tell(mailing, reader)
    with structlog.testing.capture_logs() as lines:
        deliver_due(mailing)
    assert the_message(mailing).status == status
    assert fared(mailing) == ({} if status == "waiting" else {"e-mail": status})
    assert any(line["log_level"] == "error" for line in lines) is alarms
    with mailing.sessions.read() as session:
        assert (session.get(Closure, "e-mail") is not None) is closes
    assert ADDRESS not in str(lines)


def test_what_may_have_arrived_is_not_sent_again(mailing, post, reader, clock):
    post.refused["DATA"] = "hang up"
    tell(mailing, reader)
    assert deliver_due(mailing) == {"waiting": 1}
    clock.set(the_message(mailing).due_at)
    assert deliver_due(mailing) == {"doubtful": 1}
    assert len(post.taken) == 1


def test_who_confirmed_no_address_gets_no_mail(mailing, post, person):
    tell(mailing, person)
    assert deliver_due(mailing) == {"unreachable": 1}
    assert post.taken == []


def test_addresses_are_found_in_one_statement(mailing, wechat, reader):
    other = make_person(mailing, wechat)
    channel = Mails(mailing.mailer, mailing.unsubscribe_url)
    assert channel.carries(load()[READY])
    wanted = [Wanted(1, reader.member_id, READY), Wanted(2, other.member_id, READY)]
    with mailing.sessions.read() as session, statements_of(session) as said:
        assert channel.addresses(session, wanted, now=MORNING) == {1: ADDRESS}
    assert len(said) == 1
