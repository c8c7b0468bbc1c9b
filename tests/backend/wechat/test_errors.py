import pytest

from backend import wechat
from backend.wechat import OfficialAccount
from backend.wechat.errors import BY_ERRCODE, refusal
from tests.support.simulator import RunningSimulator, User

TABLE = [
    (wechat.TryLater, (-1,)),
    (wechat.QuotaSpent, (45009,)),
    (wechat.TooFast, (45011,)),
    (wechat.RecipientUnreachable, (43004, 50005, 43101, 43019)),
    (wechat.OutOfWindow, (45015, 45047)),
    (wechat.WrongRecipient, (40003, 40013, 49003)),
    (wechat.ContentRefused, (40007, 40037, 40036, 41030, 45002, 45008, 47003, 40249, 43116, 43107, 45168, 40165)),
    (wechat.LoginRefused, (40029, 40163, 40226)),
    (wechat.Misconfigured, (40125, 40164, 40243, 48001, 48004, 89503, 89506, 89507, 45109)),
    (wechat.UnknownRefusal, (40097, 47001, 99999)),
]
ROWS = [(errcode, error) for error, errcodes in TABLE for errcode in errcodes]


@pytest.mark.parametrize(("errcode", "error"), ROWS)
def test_each_errcode_is_the_error_of_its_action(
    errcode: int, error: type[wechat.WeChatError], simulator: RunningSimulator, official_account: OfficialAccount
):
    simulator.fault("template/send", errcode=errcode)
    with pytest.raises(error) as refused:
        official_account.send_template("o", "T", {"thing1": "x"}, client_msg_id="1")
    assert refused.value.errcode == errcode
    assert refused.value.api == "cgi-bin/message/template/send"
    assert len(simulator.calls("template/send")) == 1


def test_the_table_of_tests_is_the_table_of_the_code():
    known = {errcode for errcode in BY_ERRCODE if not 89500 <= errcode < 89510}
    assert known == {errcode for errcode, error in ROWS if error is not wechat.UnknownRefusal and errcode < 89500} | {
        40001,
        40014,
        42001,
        43108,
    }


def test_rid_is_kept_for_the_support(simulator: RunningSimulator, official_account: OfficialAccount, follower: User):
    simulator.fault("user/info", errcode=48001)
    with pytest.raises(wechat.Misconfigured) as refused:
        official_account.user(follower.oa_openid)
    assert refused.value.rid is not None
    assert refused.value.rid in str(refused.value)


def test_no_rid_is_none():
    assert refusal(40003, "invalid openid", "user/info").rid is None


@pytest.mark.parametrize(
    ("error", "unanswered"),
    [
        (wechat.TryLater(None, "ReadTimeout", "a"), True),
        (wechat.TryLater(-1, "busy", "a"), False),
        (wechat.Unreached(None, "ConnectTimeout", "a"), False),
        (wechat.ContentRefused(None, "told before any call", "a"), False),
        (wechat.QuotaSpent(45009, "no more", "a"), False),
    ],
)
def test_only_who_was_asked_and_did_not_answer_may_have_done_it(error, unanswered):
    assert error.unanswered is unanswered


def test_a_reason_names_class_code_and_rid_and_is_short():
    assert (
        wechat.ContentRefused(47003, "argument invalid! rid: 65f-ab", "a").reason == "ContentRefused 47003 rid 65f-ab"
    )
    assert wechat.TryLater(None, "HTTP 502", "a").reason == "TryLater HTTP 502"
    assert len(wechat.TryLater(None, "x" * 300, "a").reason) == 128
