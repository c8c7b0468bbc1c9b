"""What both channels of accepts learn; what they send is tested with each."""

from datetime import timedelta

from backend.messaging.channels.accepts import Accepts
from backend.messaging.channels.protocol import Letter, Refused
from backend.messaging.rules import Queue, Verdict
from backend.subscriptions import Answer, accepts_of, note_answer
from tests.factories.members import make_identity
from tests.support.clocks import MORNING
from tests.support.runtimes import MP

IDS = {"exchange_ready": "T"}


def letter(openid, claimed_at=MORNING):
    return Letter(
        id=1,
        member_id=1,
        template="exchange_ready",
        words={},
        queue=Queue.BY_DAY,
        channel="mini-program",
        address=openid,
        token="t",
        attempts=1,
        claimed_at=claimed_at,
        unsure_since=None,
    )


def test_only_what_was_sent_or_refused_for_want_of_an_accept_changes_anything(session):
    user = make_identity(session, appid=MP.appid)
    for minute in range(3):
        at = MORNING + timedelta(minutes=minute)
        note_answer(session, user.id, "T", Answer(True, at, told_by_wechat=True))
    accepts, asked_at = Accepts(MP.appid, IDS), MORNING + timedelta(minutes=5)

    def left_after(refusal):
        accepts.learn(session, letter(user.openid, asked_at), refusal, now=asked_at)
        session.expire_all()
        return accepts_of(session, user.id, ["T"])["T"]

    assert left_after(Refused(Verdict(), "busy", errcode=-1)) == 3
    assert left_after(None) == 2
    assert left_after(Refused(Verdict(), "none left", errcode=43101)) == 0
