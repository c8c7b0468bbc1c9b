import re

from backend.wechat.simulator.refusals import Refused


def test_a_refusal_reads_like_wechats():
    body = Refused(43004).body()
    assert body["errcode"] == 43004
    assert re.fullmatch(r"require subscribe rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}", str(body["errmsg"]))


def test_each_refusal_has_a_rid_of_its_own():
    assert Refused(43004).body() != Refused(43004).body()


def test_a_refusal_may_have_words_of_its_own():
    assert str(Refused(47003, "argument invalid!").body()["errmsg"]).startswith("argument invalid! rid: ")
