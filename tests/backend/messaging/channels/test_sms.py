"""What each of the provider's answers does, against the simulator over HTTP (promise N4)."""

from dataclasses import replace

import pytest
import structlog
from sqlalchemy import select

from backend import preferences
from backend.kit.db import run
from backend.messaging import deliver_due
from backend.messaging.channels import Wanted
from backend.messaging.channels.sms import SmsMessages
from backend.messaging.models import Closure, Delivery
from templates_msg.catalogue import load
from tests.backend.messaging.channels.conftest import PRICE
from tests.backend.messaging.channels.people import READY, fared, tell, the_message
from tests.support.clocks import MORNING
from tests.support.statements import statements_of

ANSWERS = {
    "FailedOperation.MarketingSendTimeConstraint": ("waiting", False, False),
    "InternalError.OtherError": ("waiting", False, False),
    "LimitExceeded.PhoneNumberThirtySecondLimit": ("waiting", False, False),
    "LimitExceeded.PhoneNumberOneHourLimit": ("waiting", False, False),
    "LimitExceeded.DeliveryFrequencyLimit": ("waiting", False, False),
    "RequestLimitExceeded": ("waiting", True, False),
    "LimitExceeded.AppDailyLimit": ("waiting", True, True),
    "AuthFailure.SignatureFailure": ("waiting", True, True),
    "UnauthorizedOperation.ServiceSuspendDueToArrears": ("waiting", True, True),
    "FailedOperation.InsufficientBalanceInSmsPackage": ("waiting", True, True),
    "LimitExceeded.PhoneNumberDailyLimit": ("unreachable", False, False),
    "InvalidParameterValue.IncorrectPhoneNumber": ("unreachable", False, False),
    "FailedOperation.PhoneNumberInBlacklist": ("unreachable", False, False),
    "FailedOperation.SignatureIncorrectOrUnapproved": ("dead", False, True),
    "FailedOperation.TemplateIncorrectOrUnapproved": ("dead", False, True),
    "FailedOperation.ContainSensitiveWord": ("dead", False, True),
    "InvalidParameterValue.TemplateParameterLengthLimit": ("dead", False, True),
    "InternalError.Timeout": ("waiting", False, False),
    "Something.New": ("dead", False, True),
}


def want_marketing(texting, person):
    run(
        texting.sessions.write,
        lambda session: preferences.choose_marketing(
            session, person.member_id, ["sms"], wanted=True, source="mini-program", now=MORNING
        ),
    )


def test_it_goes_to_the_number_that_the_member_joined_with_and_is_paid_for(texting, wechat, person):
    tell(texting, person)
    assert deliver_due(texting) == {"sent": 1}
    [shown] = wechat.messages(person.user, "sms")
    assert shown["text"] == "【百汇百货】手冲咖啡兑换券;百汇南京路店;2026年3月15日;"
    with texting.sessions.read() as session:
        delivery = session.scalars(select(Delivery)).one()
    assert (delivery.channel, delivery.cost_fen, delivery.msgid) == ("sms", PRICE, shown["msgid"])


@pytest.mark.parametrize("code", ANSWERS)
def test_each_code_does_what_it_means(texting, wechat, person, code):
    status, closes, alarms = ANSWERS[code]
    wechat.fault("SendSms", errcode=code, times=5)
    tell(texting, person)
    with structlog.testing.capture_logs() as lines:
        deliver_due(texting)
    assert the_message(texting).status == status
    assert fared(texting) == ({} if status == "waiting" else {"sms": status})
    assert any(line["log_level"] == "error" for line in lines) is alarms
    with texting.sessions.read() as session:
        assert (session.get(Closure, "sms") is not None) is closes
    assert person.user.phone not in str(lines)


@pytest.mark.parametrize("fault", [{"drop": "after"}, {"errcode": "InternalError.Timeout"}])
def test_what_may_be_on_its_way_is_not_sent_again(texting, wechat, person, fault, clock):
    wechat.fault("SendSms", **fault)
    tell(texting, person)
    assert deliver_due(texting) == {"waiting": 1}
    clock.set(the_message(texting).due_at)
    assert deliver_due(texting) == {"doubtful": 1}
    assert len(wechat.calls("SendSms")) == 1


def test_a_word_is_cut_to_what_the_provider_takes(texting, wechat, person):
    want_marketing(texting, person)
    tell(texting, person, "campaign")
    assert deliver_due(texting) == {"sent": 1}
    assert wechat.messages(person.user, "sms")[0]["text"] == "【百汇百货】周年庆会员日;全场满三百减五十，仅限…;"


def test_marketing_waits_for_consent(texting, wechat, person):
    tell(texting, person, "campaign")
    assert deliver_due(texting) == {"unreachable": 1}
    assert wechat.calls("SendSms") == []


def test_who_has_told_the_provider_to_keep_us_away_wants_no_marketing(texting, wechat, person):
    want_marketing(texting, person)
    wechat.fault("SendSms", errcode="FailedOperation.PhoneNumberInBlacklist")
    tell(texting, person)
    deliver_due(texting)
    with texting.sessions.read() as session:
        refused = preferences.refusals(session, [person.member_id])[person.member_id]
        latest = preferences.changes(session, person.member_id, limit=1)[0]
    assert {("campaigns", "sms"), ("greetings", "sms")} <= refused
    assert ("exchanges", "sms") not in refused
    assert (latest.value, latest.source) == ("off", "sms-provider")


def test_it_carries_what_has_words_and_a_template(texting):
    channel = SmsMessages(replace(texting.texting, template_ids={"campaign": "1001", "points_earned": "1002"}))
    assert channel.carries(load()["campaign"])
    assert not channel.carries(load()[READY])
    assert not channel.carries(replace(load()["campaign"], sms=()))


def test_numbers_are_found_in_one_statement(texting, wechat, person):
    channel = SmsMessages(texting.texting)
    wanted = [Wanted(1, person.member_id, READY), Wanted(2, 99, READY)]
    with texting.sessions.read() as session, statements_of(session) as said:
        assert channel.addresses(session, wanted, now=MORNING) == {1: person.user.phone}
    assert len(said) == 1
