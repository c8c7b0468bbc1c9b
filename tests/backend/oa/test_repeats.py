"""WeChat repeats what was not answered in time: the same answer, and one effect."""

import json
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from backend import checkin, members
from backend.app import create_app
from backend.oa.desk import Desk, Patience
from backend.oa.receipts import Receipt
from tests.backend.oa.account import OPENID, Account, check_ins, event_xml, receipts, text_xml
from tests.factories.members import make_member
from tests.support.races import race
from tests.support.runtimes import OA, make_runtime


def test_three_tries_of_a_message_are_one_check_in(account, member, sessions, clock):
    xml, answers = text_xml("签到", at=clock.now()), []
    for _ in range(3):
        answers.append(account.push(xml))
        clock.move(timedelta(seconds=5))
    assert len({answer.text for answer in answers}) == 1
    assert len({json.dumps(answer.fields) for answer in answers}) == 1
    assert "签到成功" in answers[0].text
    assert (check_ins(sessions), receipts(sessions)) == (1, 1)


def test_three_tries_of_a_refusal_are_one_refusal(account, member, clock):
    account.say("签到")
    xml = text_xml("签到", at=clock.now())
    assert [account.push(xml).text for _ in range(3)] == [checkin.AlreadyCheckedIn.message] * 3


def test_two_messages_with_the_same_words_are_two(account, member, sessions):
    assert account.say("签到").text != account.say("签到").text
    assert receipts(sessions) == 2


def test_events_are_told_apart_by_what_they_are(account, sessions, clock):
    at = clock.now()
    for kind, fields in [
        ("CLICK", {"EventKey": "a"}),
        ("CLICK", {"EventKey": "b"}),
        ("VIEW", {"EventKey": "a"}),
    ] * 2:
        account.push(event_xml(kind, at=at, **fields))
    assert receipts(sessions) == 3


def test_finished_template_messages_are_told_apart_by_their_ids(account, sessions):
    for msg_id in ("1", "2", "1"):
        account.event("TEMPLATESENDJOBFINISH", MsgID=msg_id, Status="success")
    assert receipts(sessions) == 2


def test_receipt_holds_no_openid(account, member, sessions):
    account.say("签到")
    with sessions.read() as session:
        receipt = session.scalars(select(Receipt)).one()
    assert OPENID not in (receipt.reply or "")


def test_32_parallel_tries_at_8_processes_are_one_check_in(mariadb, clock):
    runtime = make_runtime(mariadb, clock)
    apps = [patient(create_app(runtime)) for _ in range(8)]
    with runtime.sessions.write.begin() as session:
        make_member(session, unionid="u")
        members.follow(session, appid=OA.appid, openid=OPENID, unionid="u", now=clock.now())
    xml = text_xml("签到", at=clock.now())
    answers = race(32, lambda number: Account(apps[number % 8].test_client(), clock).push(xml))
    assert {answer.status for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert "签到成功" in answers[0].text
    assert (check_ins(runtime.sessions), receipts(runtime.sessions)) == (1, 1)


def patient(app):
    """An app that waits as long as a busy machine needs: this test is about effects, not about time."""
    app.extensions["oa"] = replace(app.extensions["oa"], desk=Desk(app.extensions["runtime"], Patience(60, 60)))
    return app
