import sys

import pytest

from backend import sms
from backend.sms import NotInstalled, Sms, TencentSms
from tests.support.sms import ACCOUNT, LONG, READY, sender_to

WORDS = ("陶瓷杯", "2026年3月15日")


def message(**change):
    known = {"phone": "13800001234", "template_id": READY, "words": WORDS, "reference": "77"}
    return Sms(**(known | change))


def test_a_message_arrives_as_its_template_says(simulator, owner):
    taken = sender_to(simulator).send(message())
    [shown] = simulator.messages(owner, "sms")
    assert shown["text"] == "【百汇百货】您兑换的陶瓷杯已到店，请于2026年3月15日前领取。"
    assert (shown["msgid"], taken.charged) == (taken.serial_no, 1)
    [call] = simulator.calls("SendSms")
    assert call["request"]["given"]["SessionContext"] == "77"


def test_a_long_message_is_charged_by_its_pieces(simulator, owner):
    assert sender_to(simulator).send(message(template_id=LONG, words=("一二三四五",))).charged == 2


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"secret_id": "AKIDother"}, sms.Misconfigured),
        ({"secret_key": "guessed"}, sms.Misconfigured),
        ({"app_id": "1400000000"}, sms.Misconfigured),
        ({"sign": "别家百货"}, sms.ContentRefused),
    ],
)
def test_an_account_that_is_not_so_is_refused(simulator, owner, change, refused):
    with pytest.raises(refused):
        sender_to(simulator, **change).send(message())
    assert simulator.messages(owner) == []


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"template_id": "T-none"}, sms.ContentRefused),
        ({"words": ("陶瓷杯",)}, sms.ContentRefused),
        ({"words": ("字" * 13, "x")}, sms.ContentRefused),
        ({"phone": "123"}, sms.NumberUnreachable),
    ],
)
def test_a_message_that_is_not_accepted_is_refused(simulator, owner, change, refused):
    with pytest.raises(refused):
        sender_to(simulator).send(message(**change))


@pytest.mark.parametrize(
    ("code", "refused"),
    [
        ("FailedOperation.PhoneNumberInBlacklist", sms.Unsubscribed),
        ("LimitExceeded.PhoneNumberThirtySecondLimit", sms.TryLater),
        ("RequestLimitExceeded", sms.TooFast),
        ("UnauthorizedOperation.ServiceSuspendDueToArrears", sms.Misconfigured),
    ],
)
def test_a_code_is_raised_by_its_class_wherever_it_stands_in_the_answer(simulator, owner, code, refused):
    simulator.fault("SendSms", errcode=code)
    with pytest.raises(refused) as caught:
        sender_to(simulator).send(message())
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("fault", "shown"), [({"drop": "after"}, 1), ({"drop": "before"}, 0), ({"http_status": 502}, 0)]
)
def test_without_an_answer_nobody_knows_whether_it_was_taken(simulator, owner, fault, shown):
    simulator.fault("SendSms", **fault)
    with pytest.raises(sms.Unanswered):
        sender_to(simulator).send(message())
    assert len(simulator.messages(owner)) == shown


def test_a_slow_provider_is_not_waited_for(simulator, owner):
    simulator.fault("SendSms", delay_ms=1500)
    with pytest.raises(sms.Unanswered):
        sender_to(simulator).send(message())


def test_where_nobody_listens_nothing_was_sent(owner):
    with pytest.raises(sms.TryLater) as caught:
        TencentSms(ACCOUNT, endpoint="http://127.0.0.1:9", timeout=(1, 1)).send(message())
    assert not isinstance(caught.value, sms.Unanswered)


def test_errors_and_messages_hold_nothing_personal(simulator, owner):
    simulator.fault("SendSms", errcode="InternalError.OtherError")
    with pytest.raises(sms.TryLater) as caught:
        sender_to(simulator).send(message())
    assert "13800001234" not in f"{caught.value} {caught.value!r} {message()!r} {ACCOUNT!r}"
    assert "陶瓷杯" not in repr(message())
    assert ACCOUNT.secret_key not in repr(ACCOUNT)


def test_without_the_sdk_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "tencentcloud.sms.v20210111", None)
    with pytest.raises(NotInstalled, match=r"baihui\[sms\]"):
        TencentSms(ACCOUNT, endpoint="http://127.0.0.1:9")
