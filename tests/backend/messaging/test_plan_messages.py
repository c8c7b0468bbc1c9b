from datetime import date

import pytest
from sqlalchemy import select

from backend import plans
from backend.kit.facts import announce
from backend.messaging.models import Message
from tests.factories.members import make_member
from tests.support.clocks import MORNING

LAST = date(2027, 3, 1)
BY_WECHAT = "原路退回微信支付"


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("fact", "template", "said"),
    [
        (lambda who: plans.PlanStarted(who, "V1", "金卡", True, LAST, MORNING), "plan_started", "续费成功"),
        (lambda who: plans.PlanStarted(who, "V1", "金卡", False, LAST, MORNING), "plan_started", "开通成功"),
        (lambda who: plans.PlanRenewalDue(who, "V1", "金卡", 19_900, LAST, MORNING), "plan_renewal_due", "¥199.00"),
        (lambda who: plans.PlanEnded(who, "V1", "金卡", LAST, MORNING), "plan_ended", "2027年3月1日"),
        (
            lambda who: plans.PlanRefunded(who, "V1", "金卡", 100, "wechat", MORNING),
            "plan_refunded",
            BY_WECHAT,
        ),
        (lambda who: plans.PlanRefunded(who, "V1", "金卡", 100, "card", MORNING), "plan_refunded", "收银台原路退回"),
    ],
)
def test_members_are_told_in_words(session, fact, template, said):
    member_id = make_member(session).id
    announce(session, fact(member_id))
    told = session.scalar(select(Message).where(Message.member_id == member_id, Message.template == template))
    assert said in told.words.values()
