from datetime import timedelta

import pytest

from backend import points
from backend.partners import incoming, registry
from backend.partners.errors import (
    AmountRefused,
    ExchangeOver,
    ExchangeUnknown,
    MemberCapReached,
    NotLinked,
    PartnerCapReached,
    RefReused,
)
from backend.partners.models import CANCELLED, CONFIRMED, LAPSED, PREPARED, Exchange
from config import policy
from tests.factories.members import make_member
from tests.factories.partners import HALF, link, make_partner, terms
from tests.support.clocks import MORNING

LATER = MORNING + policy.PARTNER_PREPARED_FOR


def prepare(session, partner, alias, *, ref="a-1", given=100, now=MORNING):
    return incoming.prepare(session, partner.id, ref=ref, member=alias, given=given, now=now)


def balance(session, member_id):
    return points.summary(session, member_id, now=MORNING).available


def test_points_come_in_once_when_confirmed(session, partner, alias, member_id):
    before = balance(session, member_id)
    exchange = prepare(session, partner, alias)
    assert (exchange.status, exchange.given, exchange.taken) == (PREPARED, 100, 50)
    assert balance(session, member_id) == before
    for _ in range(2):
        assert incoming.confirm(session, partner.id, "a-1", now=MORNING).status == CONFIRMED
        session.flush()
        assert balance(session, member_id) == before + 50
    assert prepare(session, partner, alias) is exchange
    assert points.verify(session, [member_id]) == []


def test_a_reference_is_one_exchange(session, partner, alias, member_id):
    prepare(session, partner, alias)
    with pytest.raises(RefReused):
        prepare(session, partner, alias, given=110)
    other = link(session, partner, make_member(session).id)
    with pytest.raises(RefReused):
        prepare(session, partner, other.alias)
    twin = make_partner(session)
    assert prepare(session, twin, link(session, twin, member_id).alias).partner_id == twin.id


def test_what_was_cancelled_is_confirmed_no_more_and_the_other_way_round(session, partner, alias):
    prepare(session, partner, alias)
    for _ in range(2):
        assert incoming.cancel(session, partner.id, "a-1", now=MORNING).status == CANCELLED
    with pytest.raises(ExchangeOver) as over:
        incoming.confirm(session, partner.id, "a-1", now=MORNING)
    assert over.value.details == {"status": CANCELLED}
    prepare(session, partner, alias, ref="a-2")
    incoming.confirm(session, partner.id, "a-2", now=MORNING)
    with pytest.raises(ExchangeOver):
        incoming.cancel(session, partner.id, "a-2", now=MORNING)


def test_what_is_not_confirmed_in_time_lapses_to_the_instant(session, partner, alias):
    exchange = prepare(session, partner, alias)
    assert incoming.due_to_lapse(session, now=LATER - timedelta(microseconds=1), limit=9) == []
    assert incoming.due_to_lapse(session, now=LATER, limit=9) == [exchange.id]
    with pytest.raises(ExchangeOver):
        incoming.confirm(session, partner.id, "a-1", now=LATER)
    incoming.lapse_due(session, exchange.id, now=LATER - timedelta(microseconds=1))
    assert exchange.status == PREPARED
    incoming.lapse_due(session, exchange.id, now=LATER)
    assert exchange.status == LAPSED
    assert incoming.due_to_lapse(session, now=LATER, limit=9) == []
    assert incoming.cancel(session, partner.id, "a-1", now=LATER).status == LAPSED


def test_a_confirmed_exchange_does_not_lapse(session, partner, alias):
    exchange = prepare(session, partner, alias)
    incoming.confirm(session, partner.id, "a-1", now=MORNING)
    incoming.lapse_due(session, exchange.id, now=LATER)
    assert exchange.status == CONFIRMED


def test_caps_hold_and_refused_calls_leave_nothing(session, alias, partner):
    with pytest.raises(AmountRefused):
        prepare(session, partner, alias, given=15)
    with pytest.raises(MemberCapReached):
        prepare(session, partner, alias, given=2_010)
    tight = make_partner(session, ours_in=terms(partner_day=10))
    known = link(session, tight, make_member(session).id)
    with pytest.raises(PartnerCapReached), session.begin_nested():
        prepare(session, tight, known.alias)
    assert session.query(Exchange).count() == 0


def test_an_exchange_keeps_the_rate_it_was_begun_under(session, partner, alias):
    exchange = prepare(session, partner, alias)
    registry.agree(session, partner.code, ours_in=terms(rate=1), theirs_out=HALF, by="boss", reason="二", now=MORNING)
    done = incoming.confirm(session, partner.id, "a-1", now=MORNING)
    assert (done.ours, done.rate, done.terms_version) == (50, 5_000, 1)
    assert done is exchange


def test_strangers_and_strange_references_are_not_found(session, partner):
    with pytest.raises(NotLinked):
        prepare(session, partner, "m0")
    with pytest.raises(ExchangeUnknown):
        incoming.of_ref(session, partner.id, "none")


def test_a_leaving_member_has_nothing_prepared(session, partner, alias, member_id):
    exchange = prepare(session, partner, alias)
    incoming.cancel_prepared(session, member_id, now=MORNING)
    assert exchange.status == CANCELLED


def test_what_is_told_names_the_partner(session, partner, alias, member_id):
    told = incoming.exchanged_fact(session, prepare(session, partner, alias), now=MORNING)
    assert (told.member_id, told.partner_name, told.direction, told.taken) == (member_id, "城市影院", "in", 50)
