from random import Random

import pytest
from sqlalchemy import select

from backend import points, purchases, referrals
from backend.messaging.models import Message
from backend.purchases import RefundRequest
from tests.factories.referrals import DUE, make_bought, make_inviter, settle, suspect_everybody
from tests.support.clocks import MORNING

BY = {"by": "anna", "now": DUE, "rng": Random(1)}


@pytest.fixture
def waiting(session):
    suspect_everybody(session)
    row = make_bought(session, make_inviter(session))
    assert settle(session, row) == "review"
    return row


def test_what_is_accepted_is_paid_and_says_who_decided(session, waiting):
    before = points.summary(session, waiting.inviter_id, now=DUE).available
    referrals.accept(session, waiting.id, reason="核实为家人", **BY)
    assert points.summary(session, waiting.inviter_id, now=DUE).available == before + 250
    assert (waiting.state, waiting.decided_by, waiting.decision) == ("rewarded", "anna", "核实为家人")


def test_what_is_refused_is_not_and_the_inviter_reads_why(session, waiting):
    referrals.refuse(session, waiting.id, reason="同一设备多次注册", **BY)
    (friend,) = referrals.friends(session, waiting.inviter_id, now=DUE, limit=9)
    assert (friend.state, friend.reason, friend.points) == ("refused", "同一设备多次注册", 0)
    told = session.scalars(select(Message).where(Message.template == "referral_refused")).one()
    assert (told.member_id, told.words["why"]) == (waiting.inviter_id, "同一设备多次注册")


@pytest.mark.parametrize("first", ["accept", "refuse"])
@pytest.mark.parametrize("second", ["accept", "refuse"])
def test_a_decision_is_final(session, waiting, first, second):
    getattr(referrals, first)(session, waiting.id, reason="核实", **BY)
    session.flush()
    with pytest.raises(referrals.DecidedBefore):
        getattr(referrals, second)(session, waiting.id, reason="改主意", **BY)
    assert settle(session, waiting) == "nothing"


def test_what_came_back_meanwhile_is_not_to_be_decided(session, waiting):
    wish = RefundRequest(refund_no="R1", amount_fen=18_800)
    purchases.refund(session, wish, store_id=waiting.store_id, order_no=waiting.order_no, now=DUE)
    session.flush()
    assert waiting.state == "joined"
    with pytest.raises(referrals.DecidedBefore):
        referrals.accept(session, waiting.id, reason="核实", **BY)


def test_what_there_is_not_is_unknown(session):
    with pytest.raises(referrals.InvitationUnknown):
        referrals.accept(session, 7, reason="核实", **BY)


@pytest.mark.parametrize("reason", ["", "  ", "a\nb", "长" * 201])
def test_a_reason_is_wanted(session, waiting, reason):
    for decide in (referrals.accept, referrals.refuse):
        with pytest.raises(referrals.ReasonRefused):
            decide(session, waiting.id, reason=reason, **BY)
    assert waiting.state == "review"
    assert MORNING < DUE
