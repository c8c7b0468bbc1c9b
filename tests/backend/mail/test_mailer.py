import socket
import threading
from contextlib import contextmanager

import pytest

from backend import mail
from backend.mail import Mail, Mailer
from tests.support.clocks import MORNING
from tests.support.mail import PASSWORD, USER, running_post

LETTER = Mail("lin@example.com", "积分到账提醒", "您有 120 积分到账。\n", reference="77", at=MORNING)


@pytest.fixture
def post():
    with running_post() as post:
        yield post


@contextmanager
def odd_server(*answers: bytes):
    """A server that says these lines, one after each line it hears, and then hangs up; silent where it is told None."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve():
        connection, _ = listening.accept()
        with connection:
            connection.sendall(answers[0])
            for answer in answers[1:]:
                if not connection.recv(65536):
                    return
                connection.sendall(answer)
            connection.recv(65536)

    thread = threading.Thread(target=serve)
    thread.start()
    with listening:
        yield listening.getsockname()[1]
    thread.join()


def test_a_mail_arrives_as_written(post):
    reference = Mailer(post.account()).send(LETTER)
    [taken] = post.taken
    assert post.recipients == ["lin@example.com"]
    assert taken["To"] == "lin@example.com"
    assert str(taken["From"]) == "百汇百货 <hello@baihui.example>"
    assert taken["Subject"] == "积分到账提醒"
    assert taken["Message-ID"] == reference == "<77@baihui.example>"
    assert taken["Date"].datetime == MORNING
    assert taken.get_content() == "您有 120 积分到账。\r\n"
    assert "List-Unsubscribe" not in taken


def test_marketing_is_ended_by_one_click(post):
    url = "https://shop.example/unsubscribe/abc"
    advertised = Mail("lin@example.com", "x", "y", reference="78", at=MORNING, unsubscribe_url=url)
    Mailer(post.account()).send(advertised)
    [taken] = post.taken
    assert taken["List-Unsubscribe"] == f"<{url}>"
    assert taken["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_subject_cannot_add_a_header(post):
    with pytest.raises(ValueError, match="linefeed"):
        Mailer(post.account()).send(Mail("lin@example.com", "x\nBcc: a@b.cn", "y", reference="1", at=MORNING))
    assert post.taken == []


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # our server is this test
def test_it_logs_in_where_a_login_is_wanted():
    with running_post(with_login=True) as post:
        Mailer(post.account(user=USER, password=PASSWORD)).send(LETTER)
        assert len(post.taken) == 1
        with pytest.raises(mail.Misconfigured):
            Mailer(post.account(user=USER, password="wrong")).send(LETTER)
        with pytest.raises(mail.Misconfigured):
            Mailer(post.account()).send(LETTER)
        assert len(post.taken) == 1


@pytest.mark.parametrize(
    ("command", "answer", "meant"),
    [
        ("MAIL", "451 try again", mail.TryLater),
        ("MAIL", "553 sender not allowed", mail.Misconfigured),
        ("RCPT", "450 mailbox busy", mail.TryLater),
        ("RCPT", "452 too many", mail.TryLater),
        ("RCPT", "550 no such user", mail.AddressUnreachable),
        ("RCPT", "551 moved", mail.AddressUnreachable),
        ("DATA", "452 disk full", mail.TryLater),
        ("DATA", "554 looks like spam", mail.ContentRefused),
    ],
)
def test_each_answer_means_what_is_to_be_done(post, command, answer, meant):
    post.refused[command] = answer
    with pytest.raises(meant) as caught:
        Mailer(post.account()).send(LETTER)
    assert type(caught.value) is meant
    assert caught.value.code == int(answer[:3])
    assert "lin@example.com" not in f"{caught.value!r}"
    assert post.taken == []


def test_a_server_that_hangs_up_after_the_text_may_have_taken_it(post):
    post.refused["DATA"] = "hang up"
    with pytest.raises(mail.Unanswered):
        Mailer(post.account()).send(LETTER)
    assert len(post.taken) == 1


@pytest.mark.parametrize(
    ("answers", "meant"),
    [
        ((b"421 closing\r\n",), mail.TryLater),
        ((b"554 go away\r\n",), mail.Misconfigured),
        ((b"220 hi\r\n",), mail.TryLater),
        ((b"220 hi\r\n", b"250 hi\r\n"), mail.TryLater),
        ((b"220 hi\r\n", b"250 hi\r\n", b"250 ok\r\n", b"250 ok\r\n"), mail.Unanswered),
        ((b"nonsense\r\n",), mail.TryLater),
    ],
)
def test_a_server_that_stops_before_the_text_has_taken_nothing(post, answers, meant):
    with odd_server(*answers) as port, pytest.raises(mail.MailError) as caught:
        Mailer(post.account(port=port), timeout_s=0.5).send(LETTER)
    assert type(caught.value) is meant


def test_where_nobody_listens_nothing_was_sent(post):
    with pytest.raises(mail.TryLater) as caught:
        Mailer(post.account(port=9), timeout_s=1).send(LETTER)
    assert type(caught.value) is mail.TryLater


@pytest.mark.parametrize("encryption", ["starttls", "tls"])
def test_a_server_without_the_encryption_asked_for_gets_no_mail(post, encryption):
    with pytest.raises(mail.MailError):
        Mailer(post.account(encryption=encryption), timeout_s=1).send(LETTER)
    assert post.taken == []


def test_nothing_secret_or_personal_is_shown(post):
    account = post.account(user=USER, password=PASSWORD)
    assert PASSWORD not in repr(account)
    assert "lin@example.com" not in repr(LETTER)
