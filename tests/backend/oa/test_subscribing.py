from datetime import timedelta

import pytest
from sqlalchemy import select

from backend import members
from backend.messaging.models import Report
from backend.oa.subscribing import hear
from backend.subscriptions import Answer, accepts_of, note_answer
from backend.wechat import Event
from tests.factories.members import make_identity
from tests.support.clocks import MORNING
from tests.support.runtimes import MP, OA

ACCEPTED = {"TemplateId": "T1", "SubscribeStatusString": "accept"}
OPENID = "o-1"


def event(kind, *items, at=MORNING):
    fields = {"List": list(items)}
    return Event(from_user=OPENID, to_user="gh_1", created_at=at, msg_id=None, kind=kind, fields=fields)


def heard(session, told, kind=members.MINI_PROGRAM, appid=MP.appid):
    hear(session, told, kind=kind, appid=appid, now=MORNING)
    session.flush()


def left(session, appid=MP.appid):
    user = session.scalar(select(members.Identity.id).where(members.Identity.appid == appid))
    return accepts_of(session, user, ["T1"])["T1"]


@pytest.mark.parametrize(("kind", "appid"), [(members.MINI_PROGRAM, MP.appid), (members.OFFICIAL_ACCOUNT, OA.appid)])
def test_an_accept_of_somebody_never_seen_counts_for_its_account(session, kind, appid):
    heard(session, event("subscribe_msg_popup_event", ACCEPTED), kind, appid)
    assert left(session, appid) == 1
    follows = session.scalar(select(members.Identity.follows).where(members.Identity.openid == OPENID))
    assert not follows


def test_an_accept_that_the_phone_reported_counts_once(session):
    user = make_identity(session, openid=OPENID)
    reported = Answer(True, MORNING + timedelta(seconds=2), told_by_wechat=False)
    note_answer(session, user.id, "T1", reported)
    heard(session, event("subscribe_msg_popup_event", ACCEPTED))
    assert left(session) == 1


def test_what_is_switched_off_in_the_settings_is_gone(session):
    heard(session, event("subscribe_msg_popup_event", ACCEPTED))
    later = MORNING + timedelta(hours=1)
    heard(session, event("subscribe_msg_change_event", {**ACCEPTED, "SubscribeStatusString": "reject"}, at=later))
    assert left(session) == 0


@pytest.mark.parametrize(
    ("kind", "appid", "channel"),
    [(members.MINI_PROGRAM, MP.appid, "mini-program"), (members.OFFICIAL_ACCOUNT, OA.appid, "notice")],
)
def test_outcomes_are_reports_of_the_channel(session, kind, appid, channel):
    shown, lost = {"MsgID": "11", "ErrorCode": "0"}, {"MsgID": "12", "ErrorCode": "-1", "ErrorStatus": "system failed"}
    heard(session, event("subscribe_msg_sent_event", shown, lost), kind, appid)
    reports = {row.msgid: row for row in session.scalars(select(Report).where(Report.channel == channel))}
    assert (reports["11"].status, reports["11"].error) == ("shown", None)
    assert (reports["12"].status, reports["12"].error) == ("dead", "-1 system failed")
