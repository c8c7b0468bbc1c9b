from datetime import timedelta
from random import Random

import pytest

from backend import points
from backend.partners import outgoing, registry
from backend.partners.errors import (
    ExchangeOver,
    ExchangeUnderWay,
    ExchangeUnknown,
    NotLinked,
    PartnerSuspended,
    ReasonRefused,
)
from backend.partners.gateway import Answer
from backend.partners.models import CANCELLED, CONFIRMED, HELD, PREPARED, REFUSED, Counter
from config import policy
from tests.factories.members import make_member
from tests.factories.partners import make_partner
from tests.support.clocks import MORNING

RNG = Random(3)
YES = Answer("prepared", taken=30)
DOUBT = Answer("doubt")


@pytest.fixture
def exchange(session, partner, alias, member_id):
    """Sixty of the member's hundred points, on their way."""
    return outgoing.ask(session, member_id, partner.code, given=60, now=MORNING)


def record(session, exchange, answer, now=MORNING):
    done = outgoing.record(session, exchange.id, answer, rng=RNG, now=now)
    session.flush()
    return done


def counted(session, exchange):
    return session.get(Counter, (exchange.partner_id, "out:ever"), populate_existing=True).used


def available(session, member_id):
    return points.summary(session, member_id, now=MORNING).available


def test_points_are_set_aside_then_spent(session, exchange, member_id):
    assert (exchange.status, available(session, member_id)) == (HELD, 40)
    assert record(session, exchange, YES) == PREPARED
    assert record(session, exchange, Answer("confirmed")) == CONFIRMED
    assert (exchange.done_on.isoformat(), exchange.next_try_at) == ("2026-03-01", None)
    assert points.summary(session, member_id, now=MORNING).available == 40
    assert points.verify(session, [member_id]) == []
    assert record(session, exchange, Answer("refused")) == CONFIRMED


@pytest.mark.parametrize("first", [(), (YES,)])
def test_a_refusal_frees_the_points_and_keeps_the_reason(session, exchange, member_id, first):
    for answer in first:
        record(session, exchange, answer)
    assert record(session, exchange, Answer("refused", reason="会员已冻结")) == REFUSED
    assert (available(session, member_id), exchange.refused_for) == (100, "会员已冻结")
    assert counted(session, exchange) == 0


def test_another_amount_than_agreed_is_never_confirmed(session, exchange, member_id):
    assert record(session, exchange, Answer("prepared", taken=29)) == REFUSED
    assert available(session, member_id) == 100


def test_doubt_waits_longer_each_time_and_alerts_once(session, exchange):
    record(session, exchange, YES)
    assert record(session, exchange, DOUBT) == "doubt"
    assert exchange.next_try_at > MORNING
    late = MORNING + policy.PARTNER_ALERT_AFTER
    assert record(session, exchange, Answer("unknown"), late) == "alert"
    assert record(session, exchange, Answer("prepared"), late) == "doubt"
    assert exchange.status == PREPARED


def test_a_confirmation_that_nobody_asked_for_is_a_doubt(session, exchange):
    assert record(session, exchange, Answer("confirmed")) == "doubt"
    assert exchange.status == HELD


def test_one_asks_at_a_time(session, exchange, alias):
    assert outgoing.due(session, now=MORNING, limit=9) == [(exchange.id, exchange.partner_id)]
    assert outgoing.due(session, now=MORNING, limit=9, but={exchange.partner_id}) == []
    call = outgoing.claim(session, exchange.id, now=MORNING)
    assert (call.tries, call.member, call.given, call.taken, call.ref) == (1, alias, 60, 30, str(exchange.id))
    assert outgoing.claim(session, exchange.id, now=MORNING) is None
    assert outgoing.due(session, now=MORNING, limit=9) == []
    again = outgoing.claim(session, exchange.id, now=MORNING + policy.PARTNER_LEASE)
    assert again.tries == 2


def test_a_silent_partner_is_given_up_where_it_was_never_asked_to_confirm(session, exchange, member_id):
    late = MORNING + policy.PARTNER_GIVE_UP_AFTER
    assert not outgoing.give_up(session, exchange.id, now=late - timedelta(seconds=1))
    assert outgoing.give_up(session, exchange.id, now=late)
    assert (exchange.status, exchange.refused_for) == (REFUSED, outgoing.NO_ANSWER)
    assert available(session, member_id) == 100


def test_what_a_partner_was_asked_to_confirm_is_never_given_up(session, exchange, partner):
    record(session, exchange, YES)
    registry.suspend(session, partner.code, by="boss", reason="欠款", now=MORNING)
    assert not outgoing.give_up(session, exchange.id, now=MORNING + timedelta(days=9))
    assert exchange.status == PREPARED


def test_a_suspended_partner_frees_what_waits_and_gets_nothing_new(session, exchange, partner, member_id):
    registry.suspend(session, partner.code, by="boss", reason="欠款", now=MORNING)
    assert outgoing.give_up(session, exchange.id, now=MORNING)
    assert exchange.refused_for == outgoing.SUSPENDED
    with pytest.raises(PartnerSuspended):
        outgoing.ask(session, member_id, partner.code, given=60, now=MORNING)


def test_a_member_thinks_again_until_the_partner_is_asked_to_confirm(session, exchange, member_id):
    for _ in range(2):
        assert outgoing.take_back(session, member_id, exchange.id, now=MORNING).status == CANCELLED
    assert available(session, member_id) == 100
    assert record(session, exchange, YES) == CANCELLED


def test_it_is_too_late_then(session, exchange, member_id):
    record(session, exchange, YES)
    with pytest.raises(ExchangeUnderWay):
        outgoing.take_back(session, member_id, exchange.id, now=MORNING)
    record(session, exchange, Answer("confirmed"))
    with pytest.raises(ExchangeOver):
        outgoing.take_back(session, member_id, exchange.id, now=MORNING)


def test_a_stranger_takes_nothing_back(session, exchange):
    with pytest.raises(ExchangeUnknown):
        outgoing.take_back(session, make_member(session).id, exchange.id, now=MORNING)
    with pytest.raises(ExchangeUnknown):
        outgoing.give_up(session, 1, now=MORNING)


def test_an_operator_says_how_it_ended_once(session, exchange, member_id):
    record(session, exchange, YES)
    said = {"by": "boss", "now": MORNING}
    with pytest.raises(ReasonRefused):
        outgoing.settle(session, exchange.id, confirmed=True, reason=" ", **said)
    outgoing.settle(session, exchange.id, confirmed=True, reason="对方来函", **said)
    assert (exchange.status, exchange.settled_by) == (CONFIRMED, "boss")
    with pytest.raises(ExchangeOver):
        outgoing.settle(session, exchange.id, confirmed=False, reason="对方来函", **said)
    with pytest.raises(ExchangeUnknown):
        outgoing.settle(session, 1, confirmed=False, reason="对方来函", **said)


def test_an_operator_frees_the_points(session, exchange, member_id):
    record(session, exchange, YES)
    outgoing.settle(session, exchange.id, confirmed=False, reason="对方来函", by="boss", now=MORNING)
    assert (exchange.status, available(session, member_id)) == (REFUSED, 100)


def test_who_has_too_few_points_or_no_link_asks_in_vain(session, partner, alias, member_id):
    with pytest.raises(points.Insufficient):
        outgoing.ask(session, member_id, partner.code, given=110, now=MORNING)
    with pytest.raises(NotLinked):
        outgoing.ask(session, member_id, make_partner(session).code, given=60, now=MORNING)


def test_a_leaving_member_gets_back_what_waits(session, exchange, member_id):
    account = points.lock(session, member_id, now=MORNING)
    outgoing.release_waiting(session, account, now=MORNING)
    assert (exchange.status, account.held) == (CANCELLED, 0)
