import pytest

from backend.messaging.channels.wechat import refused_by
from backend.messaging.rules import Status
from backend.wechat import ContentRefused, RecipientUnreachable, TryLater, Unreached

SENDING = ["cgi-bin/message/template/send", "cgi-bin/message/custom/send", "cgi-bin/message/subscribe/bizsend"]


@pytest.mark.parametrize("api", SENDING)
def test_only_a_call_for_sending_without_an_answer_may_have_shown_something(api):
    assert refused_by(TryLater(None, "ReadTimeout", api)).maybe_shown
    assert not refused_by(TryLater(None, "ReadTimeout", "cgi-bin/stable_token")).maybe_shown
    assert not refused_by(Unreached(None, "ConnectTimeout", api)).maybe_shown
    assert not refused_by(TryLater(-1, "busy", api)).maybe_shown


def test_reasons_name_what_support_asks_for_and_nothing_personal():
    refusal = refused_by(ContentRefused(47003, "argument invalid! data.thing1.value invalid rid: 65f-ab", SENDING[0]))
    assert (str(refusal), refusal.errcode) == ("ContentRefused 47003 rid 65f-ab", 47003)
    assert (refusal.verdict.end, refusal.verdict.alarm) == (Status.DEAD, True)
    assert str(refused_by(TryLater(None, "HTTP 502", SENDING[0]))) == "TryLater HTTP 502"
    assert str(refused_by(RecipientUnreachable(43004, "no", SENDING[0]))) == "RecipientUnreachable 43004 rid -"
